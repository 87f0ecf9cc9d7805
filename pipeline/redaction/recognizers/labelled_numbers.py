"""Numbers whose kind is said before or after them: "my policy number is ...", "... is my zip code"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final

from pipeline.model.entity import EntityType as T
from pipeline.redaction.cues import Cue
from pipeline.redaction.normalise import Run
from pipeline.redaction.read_turn import ReadTurn
from pipeline.redaction.recognizers.amounts import is_amount
from pipeline.redaction.recognizers.number_shapes import NUMBER_TYPES, confidence
from pipeline.redaction.recognizers.spoken import Found, SpokenRecognizer

_REACH: Final = 9
"""How many words may stand between the label and its number."""
_LABELS: Final = NUMBER_TYPES | {T.PASSWORD, T.USERNAME}
_LEAST: Final = {T.CREDIT_CARD_CVV: 3, T.CREDIT_CARD_EXPIRY: 2, T.PIN: 3, T.STREET_ADDRESS: 99, T.PERSON: 99}


class LabelledNumbers(SpokenRecognizer):
    """A run of three or more characters near the words that name its kind."""

    types: ClassVar = tuple(_LABELS)

    def find(self, turn: ReadTurn) -> Iterable[Found]:
        """Find labelled runs; the nearest label before wins over one after."""
        written = turn.written
        if not written.runs:
            return
        cues = [c for c in turn.cues if c.type in _LABELS]
        if not cues:
            return
        for run in written.runs:
            cue = self._label(turn, run, cues)
            if cue is not None and len(run.code) >= _LEAST.get(cue.type, 3) and not is_amount(written, run):
                yield Found(cue.type, run.first, run.last, confidence(cue.type, run.code), "label")

    def _label(self, turn: ReadTurn, run: Run, cues: list[Cue]) -> Cue | None:
        written, places = turn.written, turn.places
        first, last = written.pieces[run.first].first, written.pieces[run.last - 1].last
        before = [c for c in cues if c.end <= places[first] + 1]
        if before and first - _word_at(places, before[-1].end) <= _REACH:
            return before[-1]
        after = [c for c in cues if last < len(places) and c.start >= places[last]]
        return after[0] if after and _word_at(places, after[0].start) - last <= 3 else None


def _word_at(places: Sequence[int], at: int) -> int:
    return sum(1 for place in places if place < at)
