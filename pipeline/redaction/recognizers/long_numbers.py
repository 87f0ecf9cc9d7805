"""Long runs of digits and letters, whatever they are: nobody says seven digits in a row that name nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from pipeline.model.entity import EntityType as T
from pipeline.redaction.check_digits import proven_type
from pipeline.redaction.normalise import Run, Written
from pipeline.redaction.read_turn import ReadTurn
from pipeline.redaction.recognizers.amounts import is_amount
from pipeline.redaction.recognizers.number_shapes import NUMBER_TYPES, likely_type
from pipeline.redaction.recognizers.spoken import Found, SpokenRecognizer

_LONG: Final = 7
_MIXED: Final = 5
_SPELLED: Final = 4
_ABBREVIATIONS: Final = frozenset(
    {"wifi", "http", "https", "asap", "rsvp", "nato", "nasa", "hdmi", "aarp", "html", "covid", "adhd", "copd"}
)


class LongNumbers(SpokenRecognizer):
    """Runs of seven characters with three digits, five that mix letters and digits, four spelled letters."""

    types: ClassVar = (*NUMBER_TYPES, T.PERSON)

    def find(self, turn: ReadTurn) -> Iterable[Found]:
        """Find the runs, typed by form and check digits."""
        written = turn.written
        for run in written.runs:
            kind = self._judge(written, run)
            if kind is not None:
                yield Found(kind[0], run.first, run.last, kind[1], "long run")

    def _judge(self, written: Written, run: Run) -> tuple[T, float] | None:
        if is_amount(written, run) or _is_date(written, run):
            return None
        mixed = run.digits >= 2 and run.letters >= 1
        if len(run.code) >= _LONG and run.digits >= 3:
            return likely_type(run.code)
        if not run.digits:
            spelled = len(run.code) >= _SPELLED and run.code.lower() not in _ABBREVIATIONS
            return (T.PERSON, 0.5) if spelled else None
        proved = proven_type(run.code)
        if proved is not None:
            return proved, 0.8
        return (T.ID_NUMBER, 0.55) if mixed and len(run.code) >= _MIXED else None


def _is_date(written: Written, run: Run) -> bool:
    """Say whether a run is a date said as day, month and year: personal only when a birth was asked for or named."""
    parts = [p.text for p in written.pieces[run.first : run.last] if p.is_code]
    if len(parts) != 3 or not all(p.isdecimal() for p in parts):
        return False
    if max(len(parts[0]), len(parts[1])) > 2 or len(parts[2]) != 4:
        return False  # as numbers they are only read when short: Python refuses to read thousands of digits
    day, month, year = (int(p) for p in parts)
    return 1 <= min(day, month) <= 12 and max(day, month) <= 31 and 1900 <= year <= 2099
