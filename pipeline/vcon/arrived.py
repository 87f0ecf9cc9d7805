"""What a recording brought along in its vCon, beside its sound: kept so that the redaction stands and nothing is lost.

Taken over is what a vCon of ours has, from one that is signed by a trusted key: parties by role, the times of the
dialog, the link to what is less redacted, the receipts, and what is hidden where with the transcript that shows it.
What another maker adds, names and numbers of people above all, has no way through.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from pipeline.model.call import LegRole
from pipeline.model.entity import EntityType
from pipeline.model.errors import InvalidInput
from pipeline.model.span import TimeSpan
from pipeline.model.transcript import Transcript, Utterance, Word
from pipeline.redaction.inherited import Hidden, Inherited, read_label
from pipeline.vcon.arriving import Arriving
from pipeline.vcon.check import rows_of, stated_receipts
from pipeline.vcon.document import MANIFEST

ENGINE: Final = "vcon"
"""Stands for the recogniser of a transcript that came along, until it is known who heard the sound here."""
SCHEMA: Final = "earmark.transcript.redacted/1"
_MOST: Final = 1_000_000
_UNKNOWN: Final = "unknown"

type _Line = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]{1,200}$")]
type _Address = Annotated[str, StringConstraints(pattern=r"^https://[\x21-\x7e]{1,500}$")]
type _Digest = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{1,12}-[A-Za-z0-9_-]{1,200}$")]
type _Role = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_-]{0,31}$")]
type _Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")]
type _Ms = Annotated[int, Field(ge=0, le=7 * 24 * 3600 * 1000)]
type _Span = tuple[_Ms, _Ms]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class PartyPart(_Part):
    """A party: what it is, and of the agent alone the company's name."""

    role: _Role
    name: _Line | None = None


class LinkPart(_Part):
    """Where what is less redacted is to be found, by those who may have it."""

    type: _Line
    uuid: _Line
    url: _Address | None = None
    content_hash: _Digest | tuple[_Digest, ...] | None = None


class HiddenPart(_Part):
    """One thing that is hidden."""

    type: EntityType
    label: _Line
    channel: Annotated[int, Field(ge=0, le=64)]
    times: Annotated[tuple[_Span, ...], Field(min_length=1, max_length=1000)]


class PlacesPart(_Part):
    """What is hidden where."""

    duration_ms: _Ms
    hidden: Annotated[tuple[HiddenPart, ...], Field(max_length=_MOST)]
    muted: Annotated[tuple[tuple[_Span, ...], ...], Field(max_length=64)]


class Arrived(_Part):
    """What is kept of a vCon beside sound and words."""

    format: Literal["earmark.arrived/1"] = "earmark.arrived/1"
    uuid: _Line
    parties: tuple[PartyPart, ...]
    dialog_parties: tuple[int, ...]
    redacted: LinkPart
    receipts: tuple[str, ...]
    hidden: PlacesPart | None = None
    speakers: tuple[str, ...] = ()
    """Who is on each channel as the transcript that came has it; empty where it does not say."""
    language: _Language | None = None
    transcript: str | None = None
    """The artifact with the transcript that came."""

    def inherited(self) -> Inherited | None:
        """Give what was hidden before; None where nothing is known to have been."""
        if self.hidden is None:
            return None
        return Inherited(
            hidden=tuple(
                Hidden(
                    type=one.type,
                    group=read_label(one.type, one.label),
                    channel=one.channel,
                    times=tuple(TimeSpan(*time) for time in one.times),
                )
                for one in self.hidden.hidden
            ),
            muted=tuple(tuple(TimeSpan(*span) for span in channel) for channel in self.hidden.muted),
        )

    def to_json(self) -> bytes:
        """Write it canonically."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":")).encode()


class _WordPart(_Part):
    text: str = Field(repr=False)
    start_ms: _Ms
    end_ms: _Ms


class _TurnPart(_Part):
    speaker: str
    channel: Annotated[int, Field(ge=0, le=64)]
    text: str = Field(repr=False)
    words: Annotated[tuple[_WordPart, ...], Field(max_length=_MOST)] = ()


class _TranscriptPart(_Part):
    schema_name: Literal["earmark.transcript.redacted/1"] = Field(alias="schema")
    language: _Language
    turns: Annotated[tuple[_TurnPart, ...], Field(max_length=_MOST)]


def read_arrived(
    arriving: Arriving, *, channels: int, duration_ms: int, digest: str
) -> tuple[Arrived, Transcript | None]:
    """Read what a vCon brings along beside its sound, and the transcript, where it has one of ours.

    Args:
        arriving: the vCon.
        channels: how many its sound has.
        duration_ms: how long its sound is.
        digest: `content_hash` of the file, which is what later copies are redactions of where it names nothing itself.

    Raises:
        InvalidInput: what is hidden, or the transcript, is none or does not fit the sound.
    """
    document = arriving.document
    places = _places(document, channels=channels, duration_ms=duration_ms)
    told = _transcript(document) if places is not None else None
    try:
        arrived = Arrived(
            uuid=arriving.uuid,
            parties=tuple(_parties(document)),
            dialog_parties=_dialog_parties(document),
            redacted=_link(arriving, digest),
            receipts=stated_receipts(document) if arriving.receipts else (),
            hidden=places,
            speakers=_speakers(told, channels) if told else (),
            language=told.language if told else None,
        )
        arrived.inherited()
    except ValidationError:
        raise InvalidInput("the vCon has a party or a link that cannot be taken over") from None
    return arrived, _heard(told, channels=channels, duration_ms=duration_ms) if told else None


def _parties(document: Mapping[str, Any]) -> Iterator[PartyPart]:
    """Give the parties; what is no role of ours, or no line of text, is left out."""
    for party in rows_of(document, "parties"):
        name = party.get("name") if party.get("role") == LegRole.AGENT.value else None
        try:
            yield PartyPart(role=party.get("role") or _UNKNOWN, name=name)
        except ValidationError:
            yield PartyPart(role=_UNKNOWN)


def _dialog_parties(document: Mapping[str, Any]) -> tuple[int, ...]:
    [dialog] = [one for one in rows_of(document, "dialog") if one.get("type") == "recording"]
    stated, most = dialog.get("parties"), len(rows_of(document, "parties"))
    rows = stated if isinstance(stated, list) else [stated]
    return tuple(one for one in rows if isinstance(one, int) and not isinstance(one, bool) and 0 <= one < most)


def _link(arriving: Arriving, digest: str) -> LinkPart:
    stated = arriving.document.get("redacted")
    if isinstance(stated, dict) and stated.get("uuid"):
        return LinkPart.model_validate({"type": "personal data", **stated})
    return LinkPart(type="personal data", uuid=arriving.uuid, content_hash=digest)


def _places(document: Mapping[str, Any], *, channels: int, duration_ms: int) -> PlacesPart | None:
    rows = [one for one in rows_of(document, "attachments") if one.get("purpose") == MANIFEST]
    if not rows:
        return None
    try:
        read = PlacesPart.model_validate(_json(rows[0].get("body")))
    except ValidationError:
        raise InvalidInput("what is hidden in the vCon cannot be read") from None
    spans = [*(time for one in read.hidden for time in one.times), *(span for on in read.muted for span in on)]
    fits = len(read.muted) == channels and all(one.channel < channels for one in read.hidden)
    if not fits or any(not start < end <= duration_ms for start, end in spans):
        raise InvalidInput("what is hidden in the vCon does not fit its sound")
    return read


def _transcript(document: Mapping[str, Any]) -> _TranscriptPart | None:
    rows = [one for one in rows_of(document, "analysis") if one.get("type") == "transcript"]
    ours = [one for one in rows if one.get("schema") == SCHEMA]
    if not ours:
        return None
    try:
        return _TranscriptPart.model_validate(_json(ours[0].get("body")))
    except ValidationError:
        raise InvalidInput("the transcript in the vCon cannot be read") from None


def _json(body: object) -> object:
    try:
        return json.loads(body) if isinstance(body, str) else body
    except (ValueError, RecursionError):
        return None


def _speakers(told: _TranscriptPart, channels: int) -> tuple[str, ...]:
    on = [{turn.speaker for turn in told.turns if turn.channel == number} for number in range(channels)]
    known = {LegRole.CALLER.value, LegRole.CALLEE.value, LegRole.AGENT.value}
    names = tuple(next(iter(said)) if len(said) == 1 else "" for said in on)
    return names if set(names) <= known else ()


def _heard(told: _TranscriptPart, *, channels: int, duration_ms: int) -> Transcript:
    said: list[list[Utterance]] = [[] for _ in range(channels)]
    for turn in told.turns:
        if turn.channel >= channels or (turn.text.strip() and not turn.words):
            raise InvalidInput("the transcript in the vCon does not fit its sound")
        if turn.words:
            said[turn.channel].append(Utterance(channel=turn.channel, words=tuple(_words(turn, duration_ms))))
    return Transcript(
        engine=ENGINE,
        model=ENGINE,
        language=told.language,
        duration_ms=duration_ms,
        channels=tuple(tuple(utterances) for utterances in said),
    )


def _words(turn: _TurnPart, duration_ms: int) -> Iterator[Word]:
    """Give the words as they stand in the text, where the signs at their ends are."""
    texts: Sequence[str] = turn.text.split()
    if len(texts) != len(turn.words):
        texts = [word.text for word in turn.words]
    for word, text in zip(turn.words, texts, strict=True):
        if not word.start_ms <= word.end_ms or word.start_ms >= duration_ms:
            raise InvalidInput("the transcript in the vCon does not fit its sound")
        yield Word(text=text, channel=turn.channel, start_ms=word.start_ms, end_ms=word.end_ms)
