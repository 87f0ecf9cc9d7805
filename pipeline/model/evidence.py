"""Evidence of consent as a person attests it: one line for each leg and purpose of a recording, in a CSV file.

The columns are `recording` (Twilio's SID, or the SHA-256 of a file in hex), `leg` (`caller`, `callee`), `purpose` (one
of `record`, `transcribe`, `store`, `vendor_process`, or `all` for these four), `outcome`, `method` (how it was given),
`given_on` (a day or a moment), `reference` (where the evidence is), and for a file `recorded_at`. Nobody says what came
first on a bare day: an answer counts from its end, and a recording as begun at its start. Training is asked of the
person itself, and is never attested.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from pipeline.model.call import LegRole
from pipeline.model.consent import RECORDING_PURPOSES, Method, Outcome, Purpose
from pipeline.model.errors import InvalidInput

COLUMNS: Final = ("recording", "leg", "purpose", "outcome", "method", "given_on", "reference")
MOST_LINES: Final = 500_000
_OF_FILE: Final = "recorded_at"
_SID: Final = re.compile(r"RE[0-9a-f]{32}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_LONGEST: Final = 500
_LAST_SECOND: Final = time(23, 59, 59)
_WAYS: Final = (Method.DTMF, Method.SPEECH, Method.IMPLIED, Method.PRIOR_WRITTEN)
_LEGS: Final = (LegRole.CALLER, LegRole.CALLEE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested:
    """One thing that is attested: that a leg answered so for a purpose, in which way, when, and where that stands."""

    leg: LegRole
    purpose: Purpose
    outcome: Outcome
    way: Method
    given_on: datetime
    reference: str = field(repr=False)
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFile:
    """What a file attests, by recording, and the SHA-256 of its bytes."""

    sha256: str
    by_recording: Mapping[str, tuple[Attested, ...]]


def read_evidence(body: bytes, *, now: datetime) -> EvidenceFile:
    """Read a CSV file of evidence.

    Args:
        body: the file, UTF-8.
        now: nothing may be attested to have been given later.

    Raises:
        InvalidInput: a line that cannot be used, named by its number and column and never by what stands there; or two
            lines that do not agree, named by the first digits of their file's digest.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput("the evidence is no UTF-8 text") from error
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    found: dict[str, list[Attested]] = {}
    try:
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise InvalidInput(f"the evidence has no column {missing[0]}")
        for number, line in enumerate(reader, start=2):
            if number > MOST_LINES:
                raise InvalidInput(f"the evidence has more than {MOST_LINES} lines")
            found.setdefault(_recording(line, number), []).extend(_attested(line, number, now))
    except csv.Error as error:
        raise InvalidInput(f"the evidence is no CSV at line {max(1, reader.line_num)}") from error
    rows = {key: tuple(attested) for key, attested in found.items()}
    for key, attested in rows.items():
        if len({one.recorded_at for one in attested}) > 1:
            raise InvalidInput(f"the evidence names two moments at which one file was recorded: {key[:12]}")
    return EvidenceFile(sha256=hashlib.sha256(body).hexdigest(), by_recording=rows)


def _recording(line: Mapping[str, str | None], number: int) -> str:
    key = (line["recording"] or "").strip()
    if not _SID.fullmatch(key) and not _SHA256.fullmatch(key):
        raise _unusable(number, "recording")
    return key


def _attested(line: Mapping[str, str | None], number: int, now: datetime) -> Iterator[Attested]:
    given = {name: (line.get(name) or "").strip() for name in (*COLUMNS, _OF_FILE)}
    purposes = (
        RECORDING_PURPOSES if given["purpose"] == "all" else (_one_of(RECORDING_PURPOSES, given, "purpose", number),)
    )
    reference = given["reference"]
    if not reference or len(reference) > _LONGEST or not reference.isprintable():
        raise _unusable(number, "reference")
    recorded_at = _moment(given, _OF_FILE, number, now, day_is=time()) if given[_OF_FILE] else None
    if recorded_at is None and _SHA256.fullmatch(given["recording"]):
        raise _unusable(number, _OF_FILE)
    for purpose in purposes:
        yield Attested(
            leg=_one_of(_LEGS, given, "leg", number),
            purpose=purpose,
            outcome=_one_of(tuple(Outcome), given, "outcome", number),
            way=_one_of(_WAYS, given, "method", number),
            given_on=_moment(given, "given_on", number, now),
            reference=reference,
            recorded_at=recorded_at,
        )


def _one_of[T: (LegRole, Purpose, Outcome, Method)](
    allowed: tuple[T, ...], given: Mapping[str, str], column: str, number: int
) -> T:
    found = next((one for one in allowed if one.value == given[column]), None)
    if found is None:
        raise _unusable(number, column)
    return found


def _moment(
    given: Mapping[str, str], column: str, number: int, now: datetime, *, day_is: time = _LAST_SECOND
) -> datetime:
    """Read a moment; without a zone it is UTC, and a bare day stands for one of its moments."""
    text = given[column]
    try:
        if len(text) == len("2026-11-20"):
            read = datetime.combine(date.fromisoformat(text), day_is, UTC)
        else:
            read = datetime.fromisoformat(text)
            read = read if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise _unusable(number, column) from None
    if read > now + timedelta(days=1):
        raise _unusable(number, column)
    return read


def _unusable(number: int, column: str) -> InvalidInput:
    return InvalidInput(f"the evidence cannot be used at line {number}: {column}")
