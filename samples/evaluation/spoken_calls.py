"""The labelled calls with sound: two channels at 8 kHz, what is said on each, and when each word is.

`spoken/script.txt` is written by hand, in the form that `samples.evaluation.read_dialogues` reads;
`samples.evaluation.make_spoken` makes the sound and `times.json` from it. Sound that was made from another script than
the one that lies there is refused: its labels would be those of other words.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from pipeline.model.errors import InvalidInput
from pipeline.model.transcript import Turn, Word, turn_from_words
from pipeline.redaction.evaluation.dialogues import read_dialogues
from pipeline.redaction.evaluation.labelled import LabelledConversation
from samples.twilio_standin.audio import read_sound, to_wav

SPOKEN: Final = Path(__file__).parent / "spoken"
CHANNELS: Final = {"customer": 0, "agent": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenCall:
    """A call with sound. The turns of `labelled` have their words with times, in ms from the start of the sound."""

    labelled: LabelledConversation
    sound: Path

    @property
    def wav(self) -> bytes:
        """Give the sound as a telephone vendor would: PCM16 WAV, two channels."""
        return to_wav(read_sound(self.sound))


def read_spoken(folder: Path = SPOKEN) -> tuple[SpokenCall, ...]:
    """Read all calls with sound.

    Raises:
        InvalidInput: the script is not written as it must be, or sound and times were not made from it.
    """
    times: dict[str, Any] = json.loads((folder / "times.json").read_text(encoding="utf-8"))
    return tuple(
        SpokenCall(labelled=_timed(call, times.get(call.id, {})), sound=folder / f"{call.id}.ogg")
        for call in read_dialogues(folder / "script.txt")
    )


def digest(call: LabelledConversation) -> str:
    """SHA-256 over who says what in a call: what its sound was made from."""
    said = [[labelled.turn.speaker, labelled.turn.text] for labelled in call.turns]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _timed(call: LabelledConversation, made: Mapping[str, Any]) -> LabelledConversation:
    if made.get("said") != digest(call):
        raise InvalidInput(f"{call.id}: its sound was not made from this script")
    turns = zip(call.turns, made["turns"], strict=True)
    return replace(
        call, turns=tuple(replace(labelled, turn=_with_times(labelled.turn, times)) for labelled, times in turns)
    )


def _with_times(turn: Turn, times: Sequence[Sequence[int]]) -> Turn:
    channel = CHANNELS[turn.speaker]
    words = tuple(
        Word(text=text, channel=channel, start_ms=start, end_ms=end)
        for text, (start, end) in zip(turn.text.split(), times, strict=True)
    )
    return turn_from_words(turn.index, turn.speaker, words)
