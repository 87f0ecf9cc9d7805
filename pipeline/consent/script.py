"""The very words a person hears, by locale, with the digest that a receipt keeps.

A tenant may speak in its own words after they were checked: an opening must say that an AI speaks, that the call is
recorded and transcribed, for what, and how to refuse; training must not slip into it. Checking wording finds what is
missing, not what is untrue.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.model.consent import ScriptRef
from pipeline.model.errors import InvalidInput
from pipeline.policies.loader import load_scripts
from pipeline.policies.scripts import ScriptFile, ScriptId

MAX_CHARS: Final = 4096
"""Twilio's limit for one `<Say>`."""

_PLACE_HOLDER: Final = "{tenant_name}"
_MARKUP: Final = re.compile(r"[<>&{}\[\]]")
_UNSPEAKABLE: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
_SENTENCE_END: Final = re.compile(r"(?<=[.!?…])\s")
_OPENING: Final = ("recording", "transcription", "purposes", "refusal")
_TRANSCRIPT_OPENING: Final = ("transcription", "purposes", "refusal_transcript")
_NEEDED: Final[Mapping[ScriptId, tuple[str, ...]]] = {
    ScriptId.ANNOUNCE: _OPENING,
    ScriptId.ANNOUNCE_OUTBOUND: _OPENING,
    ScriptId.ASK_RECORD: _OPENING,
    ScriptId.ASK_RECORD_AGAIN: _OPENING,
    ScriptId.CALLEE_ASK: _OPENING,
    ScriptId.TRANSFER_NOTICE: _OPENING,
    ScriptId.ASK_TRAINING: ("training",),
    ScriptId.INSIDE_NOTICE: ("recording", "transcription"),
    ScriptId.INSIDE_NOTICE_EXPLICIT: ("recording", "transcription"),
    ScriptId.ASK_RECORD_SPEECH: _OPENING,
    ScriptId.ASK_RECORD_SPEECH_AGAIN: _OPENING,
    ScriptId.ANNOUNCE_TRANSCRIPT: _TRANSCRIPT_OPENING,
    ScriptId.ANNOUNCE_OUTBOUND_TRANSCRIPT: _TRANSCRIPT_OPENING,
    ScriptId.ASK_TRANSCRIPT: _TRANSCRIPT_OPENING,
    ScriptId.ASK_TRANSCRIPT_AGAIN: _TRANSCRIPT_OPENING,
    ScriptId.ASK_TRANSCRIPT_SPEECH: _TRANSCRIPT_OPENING,
    ScriptId.ASK_TRANSCRIPT_SPEECH_AGAIN: _TRANSCRIPT_OPENING,
    ScriptId.TRANSCRIPT_NOTICE: ("transcription",),
    ScriptId.TRANSCRIPT_NOTICE_EXPLICIT: ("transcription",),
    ScriptId.VOICEMAIL_ANNOUNCE: _OPENING,
    ScriptId.VOICEMAIL_ASK: _OPENING,
}
_SPOKEN: Final = frozenset(
    {
        ScriptId.ASK_RECORD_SPEECH,
        ScriptId.ASK_RECORD_SPEECH_AGAIN,
        ScriptId.ASK_TRANSCRIPT_SPEECH,
        ScriptId.ASK_TRANSCRIPT_SPEECH_AGAIN,
    }
)
_KEYED: Final = _SPOKEN | {
    ScriptId.ASK_RECORD,
    ScriptId.ASK_RECORD_AGAIN,
    ScriptId.ASK_TRAINING,
    ScriptId.CALLEE_ASK,
    ScriptId.ASK_TRANSCRIPT,
    ScriptId.ASK_TRANSCRIPT_AGAIN,
    ScriptId.VOICEMAIL_ASK,
}
_SPEAKS_FIRST: Final = frozenset(
    {
        ScriptId.ANNOUNCE,
        ScriptId.ANNOUNCE_OUTBOUND,
        ScriptId.ASK_RECORD,
        ScriptId.CALLEE_ASK,
        ScriptId.ASK_RECORD_SPEECH,
        ScriptId.ANNOUNCE_TRANSCRIPT,
        ScriptId.ANNOUNCE_OUTBOUND_TRANSCRIPT,
        ScriptId.ASK_TRANSCRIPT,
        ScriptId.ASK_TRANSCRIPT_SPEECH,
        ScriptId.VOICEMAIL_ANNOUNCE,
        ScriptId.VOICEMAIL_ASK,
    }
)
_UNRECORDED: Final = frozenset(id for id, needed in _NEEDED.items() if "recording" not in needed) - {
    ScriptId.ASK_TRAINING
}
"""Said on calls that are never recorded, so they must not claim a recording."""
_MEANING: Final[Mapping[str, str]] = {
    "recording": "that the call is recorded",
    "transcription": "that it is transcribed",
    "purposes": "what the recording is for",
    "refusal": "how to refuse being recorded",
    "refusal_transcript": "how to refuse a transcript",
    "training": "that models are trained",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedScript:
    """Words ready to be spoken. `sha256` is of `text` in UTF-8; `is_own` marks a tenant's own wording."""

    id: ScriptId
    locale: str
    version: str
    text: str
    sha256: str
    pace: str = "normal"
    is_own: bool = False

    @property
    def ref(self) -> ScriptRef:
        """What a receipt keeps of it."""
        return ScriptRef(id=self.id.value, locale=self.locale, sha256=self.sha256)


def render_script(id: ScriptId | str, locale: str, *, tenant_name: str, wording: str | None = None) -> RenderedScript:
    """Write a script for a tenant, in our words or in its own.

    Args:
        id: what is to be said.
        locale: one that has scripts, such as `en-US`.
        tenant_name: how the tenant is called in speech.
        wording: the tenant's own text in that locale; checked before it is used.

    Raises:
        NotFound: no scripts for that locale.
        InvalidInput: a name or wording that must not be spoken.
    """
    script, file = _to_id(id), load_scripts(locale)
    ours = file.scripts[script]
    if wording is not None:
        check_wording(script, locale, wording)
    text = " ".join((ours.text if wording is None else wording).split())
    spoken = text.replace(_PLACE_HOLDER, _check_name(tenant_name))
    if len(spoken) > MAX_CHARS:
        raise InvalidInput(f"{script}: longer than {MAX_CHARS} characters with the name in it")
    return RenderedScript(
        id=script,
        locale=locale,
        version=ours.version if wording is None else "own",
        text=spoken,
        sha256=hashlib.sha256(spoken.encode()).hexdigest(),
        pace=ours.pace,
        is_own=wording is not None,
    )


def check_wording(id: ScriptId | str, locale: str, wording: str) -> None:
    """Refuse a tenant's wording that leaves out what must be said, bundles training in, or could break the speech.

    Raises:
        NotFound: no scripts, so nothing to check against, for that locale.
        InvalidInput: what is missing or not allowed, in one line.
    """
    script, file = _to_id(id), load_scripts(locale)
    _check_speakable(wording.replace(_PLACE_HOLDER, ""), what=f"{script}: wording")
    text = wording.replace(_PLACE_HOLDER, " ")  # the name stands between what is left and right of it
    for needed in _NEEDED.get(script, ()):
        if not _says(text, needed, file):
            raise InvalidInput(f"{script}: wording does not say {_MEANING[needed]}")
    if script in _SPEAKS_FIRST and not _says(_SENTENCE_END.split(text.strip())[0], "ai", file):
        raise InvalidInput(f"{script}: the first sentence must say that an AI speaks")
    if script in _KEYED and not (re.search(r"\b1\b", text) and re.search(r"\b2\b", text)):
        raise InvalidInput(f"{script}: wording must name key 1 to agree and key 2 to refuse")
    if script in _SPOKEN and not (_has(text, file.answers.agree[0]) and _has(text, file.answers.refuse[0])):
        raise InvalidInput(f"{script}: wording must name the words to agree and to refuse")
    if script in _UNRECORDED and _says(text, "recording", file):
        raise InvalidInput(f"{script}: nothing is recorded on these calls, so no recording may be mentioned")
    if script is not ScriptId.ASK_TRAINING and _says(text, "training", file):
        raise InvalidInput(f"{script}: training is its own question and must not be mentioned here")


def _to_id(id: ScriptId | str) -> ScriptId:
    try:
        return ScriptId(id)
    except ValueError as error:
        raise InvalidInput("no such script") from error


def _says(text: str, facet: str, file: ScriptFile) -> bool:
    return any(_has(text, phrase) for phrase in file.phrases.get(facet, ()))


def _has(text: str, phrase: str) -> bool:
    """Say whether a phrase stands in a text as whole words; one that ends in an apostrophe elides what follows."""
    folded = " ".join(unicodedata.normalize("NFC", text).casefold().replace("’", "'").split())
    end = "" if phrase.endswith("'") else r"(?!\w)"
    return re.search(rf"(?<!\w){re.escape(phrase.casefold())}{end}", folded) is not None


def _check_name(name: str) -> str:
    text = " ".join(name.split())
    if not 1 <= len(text) <= 80:
        raise InvalidInput("a tenant's spoken name has 1 to 80 characters")
    _check_speakable(text.replace("&", ""), what="a tenant's spoken name")
    return text


def _check_speakable(text: str, *, what: str) -> None:
    if not text.strip():
        raise InvalidInput(f"{what} is empty")
    if len(text) > MAX_CHARS:
        raise InvalidInput(f"{what} is longer than {MAX_CHARS} characters")
    if _MARKUP.search(text) or any(unicodedata.category(c) in _UNSPEAKABLE for c in text if c != "\n"):
        raise InvalidInput(f"{what} has markup or characters that cannot be spoken")
