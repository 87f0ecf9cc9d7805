"""How much of what the sample calls hide is caught when it is left audible, each value once.

*Known*: it is on the manifest, and its span was forgotten. *Misheard*: the transcriber wrote ordinary words in its
place, so nobody knows of it, and only listening to that very moment can show it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from pipeline.model.entity import Entity, EntityType, Evidence
from pipeline.model.errors import Withheld
from pipeline.model.span import CharSpan, TimeSpan
from pipeline.model.transcript import Conversation, Transcript, Utterance, Word, turn_from_words
from pipeline.redaction.amend import amend
from pipeline.redaction.manifest import Manifest, build_manifest
from pipeline.redaction.profile import DEFAULT_PROFILE
from pipeline.redaction.render_audio import render_audio
from pipeline.redaction.stretches import SHARE
from pipeline.redaction.verify import Ears, Verifier
from samples.scenario import CALLS

if TYPE_CHECKING:
    from tests.bench.verify import House

ORDINARY = ("about", "that", "thing", "then", "there", "going", "over", "some", "while")
NARROW = replace(DEFAULT_PROFILE, padding_ms=100, merge_gap_ms=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """Something a sample hides."""

    kind: EntityType
    words: tuple[Word, ...]

    @property
    def time(self) -> TimeSpan:
        """From its first word to its last."""
        return TimeSpan(self.words[0].start_ms, self.words[-1].end_ms)

    @property
    def channel(self) -> int:
        """Where it is said."""
        return self.words[0].channel

    def is_muted(self, manifest: Manifest) -> bool:
        """Say whether four fifths of it are silent."""
        spans = [span for span in manifest.muted[self.channel] if span.touches(self.time)]
        covered = sum(min(s.end_ms, self.time.end_ms) - max(s.start_ms, self.time.start_ms) for s in spans)
        return covered >= 0.8 * self.time.duration_ms


def values_of(folder: Path) -> list[Value]:
    """What the sample's script says must be hidden, its words spread over the time it takes to say it."""
    return [Value(kind=EntityType(item["type"]), words=tuple(_spread(item))) for item in _must_hide(folder)]


def _must_hide(folder: Path) -> list[dict]:
    return yaml.safe_load((folder / "expected.yaml").read_text(encoding="utf-8"))["must_hide"]


def _spread(item: dict) -> Iterator[Word]:
    texts, start, end = item["said"].split(), item["start_s"] * 1000, item["end_s"] * 1000
    step = (end - start) / len(texts)
    for n, text in enumerate(texts):
        begin = start + n * step
        yield Word(text=text, channel=item["channel"], start_ms=round(begin), end_ms=round(begin + step))


def known(house: House, audio: bytes, values: list[Value], canary: Value) -> bool:
    """Say whether a value is found whose span was forgotten."""
    turns = tuple(turn_from_words(n, "", value.words) for n, value in enumerate(values))
    conversation = Conversation(id="canary", turns=turns, language="en-US")
    hidden = [
        Entity(
            turn=n,
            span=CharSpan(0, len(turns[n].text)),
            type=value.kind,
            score=1,
            evidence=(Evidence(recognizer="script"),),
        )
        for n, value in enumerate(values)
    ]
    others = [entity for entity, value in zip(hidden, values, strict=True) if value is not canary]

    def made(entities: list[Entity]) -> Manifest:
        return build_manifest(
            conversation, entities, profile=NARROW, duration_ms=600_000, channels=2, detector_version=""
        )

    manifest = replace(made(hidden), muted=made(others).muted)
    ears = Ears(listener=house.listener, detect=lambda conversation: ())
    proving = Verifier(audio, conversation, transcribed_by=("", ""), ears=ears)
    result = proving.verify(render_audio(audio, dict(enumerate(manifest.muted)), style="silence"), manifest)
    return any(f.channel == canary.channel and f.time and f.time.touches(canary.time) for f in result.findings)


def misheard(house: House, audio: bytes, heard: Transcript, canary: Value, *, share: float) -> str:
    """Say what becomes of a value that the transcriber wrote other words for."""
    transcript = replace(heard, channels=tuple(tuple(_damaged(channel, canary)) for channel in heard.channels))
    hidden = house.hide(audio, transcript, name="canary")
    conversation, manifest = hidden.conversation, hidden.manifest
    if canary.is_muted(manifest):
        return "hidden all the same"
    proving = house.prover(audio, conversation, transcript, share=share)
    for _ in range(3):
        result = proving.verify(render_audio(audio, dict(enumerate(manifest.muted)), style="silence"), manifest)
        if result.is_proved:
            break
        try:
            manifest = amend(manifest, conversation, result.findings, profile=DEFAULT_PROFILE)
        except Withheld:
            return "caught"
    return "caught" if canary.is_muted(manifest) or not result.is_proved else "missed"


def _damaged(channel: tuple[Utterance, ...], canary: Value) -> Iterator[Utterance]:
    place = TimeSpan(canary.time.start_ms + 100, canary.time.end_ms - 100)
    for utterance in channel:
        words = [
            replace(word, text=ORDINARY[n % len(ORDINARY)])
            if word.channel == canary.channel and word.time.touches(place)
            else word
            for n, word in enumerate(utterance.words)
        ]
        yield replace(utterance, words=tuple(words))


def main(house: House) -> None:
    """Print what was caught."""
    found: dict[str, Counter[str]] = {}
    for path in sorted(CALLS.glob("*/conversation.ogg")):
        audio, values = path.read_bytes(), values_of(path.parent)
        heard = house.hear(audio)
        for canary in values:
            is_found = known(house, audio, values, canary)
            found.setdefault("known", Counter()).update(["caught" if is_found else "missed"])
            for share in (SHARE, 1.0):
                outcome = misheard(house, audio, heard, canary, share=share)
                found.setdefault(f"misheard, a share of {share:.2f} heard", Counter()).update([outcome])
    print("\n| left audible | caught | missed | hidden all the same |")
    print("|---|---|---|---|")
    for name, counts in found.items():
        print(f"| {name} | {counts['caught']} | {counts['missed']} | {counts['hidden all the same']} |", flush=True)
