"""The forms of a receipt and of an export, as somebody reads them who did not write them.

A file may come from anybody, and its values are printed: each has a shape that cannot carry anything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from pipeline.model.call import LegRole
from pipeline.model.consent import Method, Outcome, Purpose

EXPORT: Final = "earmark.receipts"

type _Sid = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}[0-9a-f]{32}$")]
type _Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
type _Word = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:+-]{1,200}$")]
type _Count = Annotated[int, Field(ge=1, le=10_000)]
type _Line = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]{1,200}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow")


class ScriptPart(_Part):
    """The words that were played, by their digest."""

    id: _Word
    locale: _Word
    version: _Word | None
    sha256: _Digest


class AnswerPart(_Part):
    """One answer."""

    outcome: Outcome
    method: Method
    at: AwareDatetime
    round: _Count
    attempts: int
    digit: _Line | None
    phrase: _Line | None
    confidence: float | None
    script: ScriptPart | None


class LegPart(_Part):
    """Whose receipt it is."""

    role: LegRole
    ordinal: _Count
    joined_at: AwareDatetime | None = None
    left_at: AwareDatetime | None = None


class PlacePart(_Part):
    """A place whose law may be a leg's."""

    leg: LegRole
    ordinal: _Count
    place: _Word


class ReceiptPart(_Part):
    """What a receipt states, as far as this version shows it; more may stand in it, signed all the same."""

    format: Literal[2]
    tenant: _Word
    call_sid: _Sid
    leg: LegPart
    purpose: Purpose
    outcome: Outcome
    method: Method
    at: AwareDatetime
    withdrawn_at: AwareDatetime | None
    answers: tuple[AnswerPart, ...] = Field(min_length=1)
    recording_sid: _Sid | None
    recording_started_at: AwareDatetime | None = None
    jurisdictions: tuple[PlacePart, ...] = ()


class WordingPart(_Part):
    """Words as they were spoken."""

    id: _Word
    locale: _Word
    version: _Word
    text: str


class ExportPart(BaseModel):
    """What `receipt export` writes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["earmark.receipts"]
    version: Literal[1]
    tenant: _Word
    call_sid: _Sid
    receipts: tuple[str, ...]
    jwks: Mapping[str, Any]
    wordings: Mapping[_Digest, WordingPart]
