"""Sentences that the domain makes with names and numbers in them, and how they are told in another language.

A refusal, a recording's fate and the doctor's findings come as whole English sentences. What is listed here is their
shape: the sentence is taken apart by it, its shape is translated, and what stood in the holes is put back, itself
translated where it is a text of its own. A sentence of no listed shape is shown as it is. The tests hold that the
refusals of settings, users, keys, numbers and servers all have one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Final

from webhooks.pages.language import SOURCE, speaker


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


_REFUSALS: Final = (
    _("the key opens nothing any more"),
    _("the key was revoked before"),
    _("there are %(most)s live keys: revoke one first"),
    _("a key lasts at most %(days)s days"),
    _("a key may do at least one thing"),
    _("both keys hold for at most %(days)s days"),
    _("a declaration needs a name and a role, each a line of at most %(most)s characters"),
    _("the tenant has not attested its duty to inform callers: earmark number attest"),
    _("the tenant's attestation is older than a year: earmark number attest"),
    _("an application or a trunk answers the number at the vendor: take it off there first"),
    _("only a disarmed number that the vendor points has addresses to clear"),
    _("somebody else armed or disarmed the number meanwhile; nothing was changed"),
    _("a number is written in international form, such as +12125550123"),
    _("disarming a number needs a reason"),
    _("elsewhere is a number such as +12125550123, sip:user@host or client:name"),
    _("no evidence in force about twilio is on file: earmark processor record twilio"),
    _("the tenant is closed"),
    _("an address begins with https:// and has at most %(most)s characters"),
    _("an address has no user, no fragment, and no port below 1024 but 443"),
    _("the address cannot be one"),
    _("the address leads to an inner network"),
    _("a password has %(least)s to %(most)s characters"),
    _("a password holds neither the login nor the product's name"),
    _("this password is among the first that are tried"),
    _("a company keeps data for no days or more"),
    _("evidence expires after its day, and within %(days)s days of it"),
    _("evidence names the contract, and how training is off"),
    _("evidence names the regions of the contract, such as us or eu"),
    _("evidence of a day that is still to come shows nothing"),
    _("there is no setting of that name to change"),
    _("%(name)s has a value of another kind"),
    _("somebody changed the draft meanwhile: look at it again"),
    _("the settings were changed meanwhile: hold the draft against them anew"),
    _("the draft is submitted: take it back first"),
    _("the draft is %(state)s"),
    _("the draft was not submitted"),
    _("the draft changes nothing"),
    _("turning a draft down needs a reason"),
    _("a draft is activated by somebody who had no hand in it"),
    _("a draft is changed by whoever began it"),
    _("a draft is taken back by whoever began it"),
    _("only an administrator decides about drafts"),
    _("a message lasts %(least)s to %(most)s seconds"),
    _("a period is for a kind of artifact that there is"),
    _("an AI agent takes calls at an address that begins with wss://"),
    _("an API key at the vendor has its SID and its secret"),
    _("callers cannot be asked for training: %(clause)s"),
    _("calls are put through to a number in international form, such as +12125550123"),
    _("no evidence in force about %(company)s is on file"),
    _("recognisers are some of: %(names)s, each once"),
    _("the PCI mode is on, off or unknown"),
    _("the region is in one of: %(regions)s"),
    _("two channels: one the caller's, the other the agent's or the callee's"),
    _("%(name)s may not hear calls: %(clause)s"),
    _("%(what)s cannot be switched on: %(clause)s"),
    _("a login is 2 to 41 of a-z, 0-9, dot, underscore and hyphen, and no address"),
    _("a user has at least one role"),
    _("the new password is the present one"),
    _("nobody changes what they are trusted with themselves"),
    _("somebody must be left who manages the tenant"),
    _("the present password is another one"),
    _("the endpoint was removed"),
    _("the next attempt is named already"),
    _("there are %(most)s endpoints: remove one first"),
    _("an endpoint is told of at least one kind of event"),
    _("the address cannot be used: %(reason)s"),
    _("this installation has no way to tenants' servers"),
    _("no wording of its own is in force for that script and locale"),
    _("no such script"),
    _("a place is written as a country or a country and its part, such as NZ or US-CA"),
    _("%(script)s: longer than %(most)s characters with the name in it"),
    _("%(script)s: the first sentence must say that an AI speaks"),
    _("%(script)s: wording must name key 1 to agree and key 2 to refuse"),
    _("%(script)s: wording must name the words to agree and to refuse"),
    _("%(script)s: nothing is recorded on these calls, so no recording may be mentioned"),
    _("%(script)s: training is its own question and must not be mentioned here"),
    _("%(script)s: wording does not say %(meaning)s"),
    _("a tenant's spoken name has 1 to 80 characters"),
    _("%(what)s is longer than %(most)s characters"),
    _("%(what)s has markup or characters that cannot be spoken"),
    _("%(what)s is empty"),
    _("a threshold lies between 0 and %(most)s"),
    _("no type of that name: there are %(types)s"),
    _("%(name)s has no threshold: it is always hidden"),
    _("a word is both to hide and to keep"),
    _("a list of words has at most %(most)s"),
    _("word %(number)s of a list: 1 to %(most)s characters, with a letter or digit"),
    _("the entity set %(name)s takes no words to keep: %(why)s"),
    _("the audio style is one of %(styles)s"),
    _("the text style is one of %(styles)s"),
    _("the padding lies between %(least)s and %(most)s ms"),
    _("a number has at most 256 characters"),
)
"""Refusals of settings, users, keys, numbers and webhooks."""
_POLICY: Final = (
    _("%(policy)s %(version)s is published with other contents: a version is never changed"),
    _("%(tenant)s is under %(policy)s, not %(other)s"),
    _("replaces must name the newest version, %(version)s"),
    _("effective %(day)s: it may take effect %(days)s days after %(told_on)s at the earliest"),
    _("nobody could be told: earmark tenant set --contact-email or --notice-url"),
    _("no identity of the provider is this person's"),
    _("the text was changed after it was looked at: look at it again"),
    _("the file cannot be read as text"),
    _("it has no clause"),
    _("it is missing"),
    _("there is nothing of this name"),
    _("not valid YAML"),
    _("a key is written twice"),
    _("a mapping is expected at the top"),
    _("published, notified and effective must ascend"),
    _("a version takes effect %(days)s days after its notice at the earliest"),
)
"""What is wrong with a version of a policy."""

_OF_CALLERS: Final = (
    _("a person is looked for by 1 to %(most)s numbers, names, addresses or accounts"),
    _("a note has at most %(most)s characters"),
    _("a place is a country or a part of one, such as NZ or US-CA"),
    _("what a person is looked for by is one line of at most 200 characters"),
    _("a number is written with its country, such as +6421234567"),
    _("this is no e-mail address"),
    _("nobody can be found by this %(kind)s"),
)
"""What a caller's own form is refused for."""

_FATES: Final = (
    _("Twilio reports error %(code)s for it."),
    _("It is kept sealed and nothing of it was published: %(why)s."),
    _("its redaction could not be proved (%(reason)s)"),
    _("It was not permitted: %(because)s. Nothing of it is kept here, and Twilio's copy was deleted."),
    _("the caller %(number)s, asked about %(purpose)s, %(outcome)s"),
    _("the caller, asked about %(purpose)s, %(outcome)s"),
    _("the callee %(number)s, asked about %(purpose)s, %(outcome)s"),
    _("the callee, asked about %(purpose)s, %(outcome)s"),
    _("the caller %(number)s %(outcome)s"),
    _("the caller %(outcome)s"),
    _("the callee %(number)s %(outcome)s"),
    _("the callee %(outcome)s"),
    _("transcription"),
    _("of %(reason)s"),
)
"""What became of a recording."""
_FINDINGS: Final = (
    _("%(tenants)s, policies and recognisers fit"),
    _("%(tenants)s tenants"),
    _("anybody can hear its recordings: turn HTTP authentication of media on in the account"),
    _("that strangers are refused cannot be shown yet: no recording is there to ask for"),
    _("the account records calls by itself: remove its default recording configuration"),
    _("whether the account is in PCI mode is not known: earmark tenant set --pci-mode on or off"),
    _("in PCI mode nothing may be transcribed: switch transcription off, or use another account"),
    _("in PCI mode a %(kind)s is kept at most %(days)s days, and is to be kept longer"),
    _("no number is armed, so no call is recorded: earmark number arm"),
    _("%(number)s points at us and is not armed: its calls go unrecorded"),
    _("%(number)s is armed and no longer in the account"),
    _("%(number)s is armed, and an application or a trunk answers it"),
    _("%(number)s is armed and points elsewhere: earmark number arm"),
    _("the key that signs its webhooks has no secret here: every webhook is refused"),
    _("it has no auth token, so its webhooks cannot be told from anybody's: all are refused"),
    _("a retiring auth token is still accepted: take it out once the change is over"),
    _("numbers are armed, and its duty to inform callers was never attested"),
    _("its duty to inform callers was attested more than a year ago: earmark number attest"),
    _("its attestation ends in %(days)s days: earmark number attest"),
    _("strangers are refused recordings"),
    _("no account records by itself"),
    _("known, and nothing goes against it"),
    _("every armed number reads back as ours"),
    _("what verifies them is here"),
    _("made within a year where a number is armed"),
    _("no recogniser may hear its calls; every recording will be withheld"),
    _("never uses %(name)s: %(reason)s"),
    _("it receives nothing, and nothing is recorded"),
    _("it receives nothing"),
    _("cannot be told now: %(error)s"),
    _("cannot be told: %(error)s"),
    _("media access"),
    _("default recording"),
    _("PCI mode"),
    _("numbers"),
    _("webhook signatures"),
    _("attestation"),
    _("tenants"),
    _("processors"),
    _("%(company)s: %(standing)s: %(means)s; earmark processor record %(name)s"),
    _("until %(day)s"),
    _("%(days)s days"),
    _("not stated"),
    _("identity"),
    _("the identity provider answers"),
    _("nobody comes in by the identity provider: %(error)s"),
    _("%(tenant)s: %(says)s"),
    _("notices"),
    _("telephony"),
    _("telephony accounts"),
    _("keys"),
)
"""What the doctor finds."""

_ERRORS: Final = (
    _("The thing has changed, or exists already."),
    _("This actor may not do that."),
    _("The policy does not allow this download."),
    _("What was given cannot be used."),
    _("The thing is in a state that does not allow this."),
    _("A legal hold forbids disposing of this."),
    _("A processor outside the building did not do what was asked."),
    _("Time-out, connection failure, 408, 429 or 5xx: worth another attempt."),
    _("The vendor refused, and will again: credentials or another 4xx."),
    _("The vendor answered with another shape than agreed."),
    _("The artifact store did not do what was asked."),
    _("The store refused: credentials, or an object lock or hold in force."),
    _("The store could not be reached, was full, or failed: worth another attempt."),
    _("The store takes nothing in: it is full, or only to be read from for now."),
)
"""What a problem's page says: the first sentence of each error that a person can meet."""

SHAPES: Final = (*_ERRORS, *_REFUSALS, *_POLICY, *_OF_CALLERS, *_FATES, *_FINDINGS)
_HOLE: Final = re.compile(r"%\\\((\w+)\\\)s")
_NARROW: Final = {
    "number": r"[+\d*•]+",
    "tenant": r"[^\s:]+",
    "company": r"[^\s:]+",
    "name": r"\S+",
    "standing": "proved|expires soon|expired|no evidence|no content",
}
"""What may stand in a hole that could otherwise take in the words after it."""


@cache
def teller(language: str) -> Callable[[str], str]:
    """Give what tells a whole sentence in a language: by its text, else by its shape, else as it is."""
    say = speaker(language)

    def tell(sentence: str) -> str:
        told = say(sentence)
        if told != sentence or language == SOURCE:
            return told
        for shape, pattern in _patterns():
            if (found := pattern.fullmatch(sentence)) is not None:
                return say(shape, **{name: tell(part) for name, part in found.groupdict().items()})
        return sentence

    return tell


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (shape, re.compile(_HOLE.sub(_group, re.escape(shape)), re.DOTALL)) for shape in SHAPES if "%(" in shape
    )


def _group(hole: re.Match[str]) -> str:
    return f"(?P<{hole[1]}>{_NARROW.get(hole[1], '.+?')})"
