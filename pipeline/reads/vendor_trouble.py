"""What became of a recording, in a sentence, and what the tenant has to do about it.

Twilio's error codes are told by number, as its pages https://www.twilio.com/docs/api/errors/16102, /16105 and /16107
define them (reference: consent.md B.4). A code or reason that is not listed here is still told, never hidden.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.model.recording import Recording, RecordingState


def _(message: str) -> str:
    """Mark a text for the catalogues of whoever shows it; here it stays as it is."""
    return message


_PAGES: Final = "https://www.twilio.com/docs/api/errors"
_NOTHING: Final = _("Nothing.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A recording's fate. `is_trouble`: somebody should look; `source` is where a vendor's code is defined."""

    is_trouble: bool
    means: str
    to_do: str
    source: str | None = None


_STATES: Final[Mapping[RecordingState, tuple[bool, str, str]]] = {
    RecordingState.ANNOUNCED: (False, _("It was begun; Twilio has not told of its end."), _NOTHING),
    RecordingState.COMPLETED: (
        False,
        _("It is complete at Twilio, and waits for its consent to be settled."),
        _NOTHING,
    ),
    RecordingState.AUTHORISED: (False, _("Its consent is settled; its audio is about to be fetched."), _NOTHING),
    RecordingState.CAPTURED: (False, _("Its audio is sealed here, and is being transcribed and redacted."), _NOTHING),
    RecordingState.PUBLISHED: (False, _("It was redacted, the redaction was proved, and it may be read."), _NOTHING),
    RecordingState.PURGED: (False, _("Its time was over; every copy was destroyed."), _NOTHING),
    RecordingState.ABSENT: (
        True,
        _("Twilio says that there is no recording: nothing was kept of this call."),
        _(
            "Look in Twilio's debugger for the call; where it should have been recorded, check how the call was "
            "connected."
        ),
    ),
}
_CODES: Final[Mapping[int, tuple[str, str]]] = {
    16102: (
        _("Twilio heard only silence, so it kept no audio."),
        _("Check that sound reached the call: codec, media stream, and that the parties were connected."),
    ),
    16105: (
        _("Recordings of the account are to be encrypted, but it had no valid public key: Twilio kept no audio."),
        _("Set a valid public key for voice recordings at Twilio, and give Earmark its private part."),
    ),
    16107: (
        _("The public key that was set could not be used; Twilio encrypted the recording with another of the account."),
        _(
            "Nothing is lost while Earmark has that key's private part. Check which keys the account has, and retire "
            "none before it is replaced."
        ),
    ),
}
_FAILURES: Final[Mapping[str, tuple[str, str]]] = {
    "VendorUnavailable": (
        _("Twilio or a recogniser did not answer, however often it was asked."),
        _("Look at the vendor's status page, then have the recording worked on again."),
    ),
    "VendorRefused": (
        _("Twilio or a recogniser refused our request."),
        _("Check the account's credentials with `earmark doctor --tenant`; Earmark must be told of a changed token."),
    ),
    "VendorBrokeContract": (
        _(
            "What the vendor gave is not the audio that was announced: other channels, a document, or "
            "sound that cannot be decoded."
        ),
        _("Listen to the recording at Twilio; an encrypted one needs its private key here."),
    ),
    "IntegrityError": (
        _("The audio was altered on its way, or a sealed copy was."),
        _("A person must look before anything else is done; do not delete the vendor's copy."),
    ),
    "InvalidInput": (
        _("The audio cannot be decoded, is too large, or its private key is not here."),
        _("Check the recording at Twilio, and that its private key was given to Earmark."),
    ),
    "StoreUnreachable": (
        _("The artifact store or the database could not be written to."),
        _("Check the store with `earmark doctor`, then have the recording worked on again."),
    ),
}
_REFUSALS: Final[Mapping[str, str]] = {
    "recording_off": _("recording is switched off in the tenant's settings"),
    "call_unknown": _("it belongs to no call that went through Earmark"),
    "no_legs": _("nobody is known to have been on the call"),
    "nobody_there": _("nobody who is known to have been on the call could be heard in it"),
    "start_unknown": _("nobody can say when it began"),
    "before_call": _("it began before its call"),
    "other_tenant": _("its call is another tenant's"),
    "too_many_channels": _("it has more channels than the call had sides"),
    "too_long": _("it is longer than any recording Twilio makes"),
    "end_before_start": _("its duration cannot be true"),
    "started_after_stop": _("it was begun after recording had been stopped"),
    "notice_not_inside": _("the law wants the notice inside the recording, and it is not in this one"),
    "stopped": _("recording was stopped before anything was said that may be kept"),
}
_WITHHELD: Final[Mapping[str, str]] = {
    "notice_not_inside": _("the law wants the notice inside the recording, and it is not heard at its beginning"),
}
_OUTCOMES: Final[Mapping[str, str]] = {
    "not_asked": _("was never asked"),
    "declined": _("said no"),
    "no_answer": _("gave no answer"),
    "hung_up": _("hung up before answering"),
    "unclear": _("did not answer clearly"),
    "wrong_key": _("pressed a key that means nothing"),
    "withdrawn": _("took the permission back"),
}
_LEG: Final = re.compile(
    rf"(caller|callee)([0-9]{{0,3}})_(?:(transcribe|store|vendor_process|train)_)?({'|'.join(_OUTCOMES)})"
)


def explain(recording: Recording) -> Explanation:
    """Say what became of a recording and what to do; a code of the vendor's outweighs the state it led to."""
    state, reason = recording.state, recording.reason or ""
    if recording.error_code in _CODES:
        means, to_do = _CODES[recording.error_code]
        return Explanation(is_trouble=True, means=means, to_do=to_do, source=f"{_PAGES}/{recording.error_code}")
    if recording.error_code:
        means = f"Twilio reports error {recording.error_code} for it."
        source = f"{_PAGES}/{recording.error_code}"
        return Explanation(is_trouble=True, means=means, to_do=_("Read Twilio's page of that error."), source=source)
    if state is RecordingState.REFUSED:
        return _refused(reason)
    if state is RecordingState.FAILED:
        return _failed(reason)
    if state is RecordingState.WITHHELD:
        why = _WITHHELD.get(reason, f"its redaction could not be proved ({reason})")
        means = f"It is kept sealed and nothing of it was published: {why}."
        return Explanation(is_trouble=True, means=means, to_do=_("A reviewer must look at it."))
    is_trouble, means, to_do = _STATES[state]
    return Explanation(is_trouble=is_trouble, means=means, to_do=to_do)


def _refused(reason: str) -> Explanation:
    leg = _LEG.fullmatch(reason)
    if leg is not None:
        who = f"the {leg[1]}" + (f" {leg[2]}" if leg[2] else "")
        about = {None: "", "transcribe": ", asked about transcription,"}.get(leg[3], f", asked about {leg[3]},")
        because = f"{who}{about} {_OUTCOMES[leg[4]]}"
    else:
        because = _REFUSALS.get(reason, f"of {reason}" if reason else _("no reason is known"))
    means = f"It was not permitted: {because}. Nothing of it is kept here, and Twilio's copy was deleted."
    to_do = (
        _("Find out what started it: an account's default recording, a trunk, or code that records by itself.")
        if leg is None
        else _("Nothing, if Earmark's own call flow recorded it; else find out what started the recorder.")
    )
    return Explanation(is_trouble=True, means=means, to_do=to_do)


def _failed(reason: str) -> Explanation:
    if reason.startswith("vendor_"):
        means = _("Twilio could not make the recording; there is no audio.")
        return Explanation(is_trouble=True, means=means, to_do=_("Look in Twilio's debugger for the call."))
    means, to_do = _FAILURES.get(
        reason,
        (
            _("Work on it ended in a fault that nobody foresaw; what was captured stays sealed."),
            _("Tell Earmark's operator."),
        ),
    )
    return Explanation(is_trouble=True, means=means, to_do=to_do)
