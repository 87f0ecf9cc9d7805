"""How much memory detection holds after many turns: run by `tests.bench.evaluate` as a process of its own.

    python -m tests.bench.evaluate_memory TURNS FILE...

Conversations stream through as in `earmark redact`, again and again, each time with words that were never said before:
what grows with a vocabulary shows. Prints `{"turns": resident MiB, ...}`.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

from pipeline.model.transcript import Conversation
from pipeline.redaction.detect import Detector
from pipeline.redaction.models import load_models
from samples.evaluation.read_dialogues import read_files

MARKS = (1_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def stream(conversations: Sequence[Conversation], turns: int) -> Iterator[Conversation]:
    """Give conversations until so many turns have been given, each turn with a new word somewhere in it."""
    chance = random.Random(1)
    given = 0
    for again in count():
        for conversation in conversations:
            said = tuple(replace(turn, text=_with_new_word(turn.text, chance)) for turn in conversation.turns)
            yield replace(conversation, id=f"{conversation.id}-{again}", turns=said)
            given += len(said)
            if given >= turns:
                return


def resident_mib(process: int | str = "self") -> float:
    """Give what a process holds in memory now, this one where none is named."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise OSError(f"no VmRSS in /proc/{process}/status")


def measure(conversations: Sequence[Conversation], turns: int) -> dict[int, float]:
    """Detect in a stream, and note what is resident whenever a mark is passed."""
    detector = Detector(load_models())
    marks = [mark for mark in MARKS if mark <= turns]
    resident: dict[int, float] = {}
    done = 0
    for conversation, _ in detector.detect_each(stream(conversations, turns)):
        done += len(conversation.turns)
        while marks and done >= marks[0]:
            resident[marks.pop(0)] = round(resident_mib(), 1)
    return resident


def _with_new_word(text: str, chance: random.Random) -> str:
    words = text.split(" ")
    words.insert(chance.randint(0, len(words)), "".join(chance.choices(_LETTERS, k=9)))
    return " ".join(words)


def main() -> None:
    """Measure and print."""
    labelled = read_files([Path(name) for name in sys.argv[2:]])
    print(json.dumps(measure([one.conversation for one in labelled], int(sys.argv[1]))))


if __name__ == "__main__":
    main()
