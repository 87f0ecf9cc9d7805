"""What a blind reader is given: the redacted words as they were at the draw, labels where something is hidden.

Who reads, and whether anybody else reads the same, is not on it. Hidden words are shown as labels whatever the tenant's
text style is: a hash or a cipher of them is none of a reader's business.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pipeline.model.errors import IllegalTransition, Withheld
from pipeline.model.ids import TenantId
from pipeline.model.quality import Findings, Sheet, SheetTurn, SheetWord
from pipeline.model.span import TimeSpan
from pipeline.reads.artifact import read_pinned
from pipeline.redaction.manifest import Entry, Manifest
from pipeline.store.quality_disputes import read_dispute
from pipeline.store.quality_readings import get_reading
from pipeline.store.quality_samples import OPEN, Sample, get_sample
from pipeline.store.vault import Vault

_WHY: Final = "quality review"


def open_sheet(vault: Vault, tenant: TenantId, reading: str, *, actor: str) -> Sheet:
    """Open what a reader has to read.

    Raises:
        NotFound: the actor has no such reading, or it was purged.
        IllegalTransition: it is finished or was given back.
        NotPermitted: something has ended the recording, or hides it.
    """
    return _open(vault, tenant, _own_sample(vault, tenant, reading, actor), actor)


def open_sound(vault: Vault, tenant: TenantId, reading: str, *, actor: str) -> bytes:
    """Open the redacted sound of what a reader has to read; raises as `open_sheet` does."""
    sample = _own_sample(vault, tenant, reading, actor)
    (body,) = read_pinned(vault, tenant, [sample.audio], actor=actor, reason=_WHY)
    return body


def open_dispute(
    vault: Vault, tenant: TenantId, sample_id: str, *, actor: str
) -> tuple[Sheet, tuple[Findings, Findings]]:
    """Open what two readers differ in, for a third person.

    Raises:
        NotFound: no such sample, or it was purged.
        NotPermitted: the actor had this call to read, or something hides it.
        IllegalTransition: nothing is disputed.
    """
    with vault.database.transaction(tenant) as tx:
        sample, both = read_dispute(tx, sample_id, actor, keys=vault.keys)
    return _open(vault, tenant, sample, actor), both


def make_sheet(manifest: Manifest, transcript: Mapping[str, Any]) -> Sheet:
    """Put labels among the visible words of a redacted transcript.

    Args:
        manifest: what is hidden.
        transcript: as `render_text` wrote it from that manifest.

    Raises:
        Withheld: a turn has no words with times, so nothing in it could be marked.
    """
    hidden: dict[int, list[tuple[int, Entry]]] = {}
    for number, entry in enumerate(manifest.entries):
        hidden.setdefault(entry.turn, []).append((number, entry))
    return Sheet(
        types=tuple(entry.type for entry in manifest.entries),
        labels=tuple(entry.label for entry in manifest.entries),
        turns=tuple(_turn(turn, hidden.get(turn["turn"], ())) for turn in transcript["turns"]),
    )


def _own_sample(vault: Vault, tenant: TenantId, reading: str, actor: str) -> Sample:
    with vault.database.transaction(tenant) as tx:
        mine = get_reading(tx, reading, reader=actor)
        if mine.state != OPEN:
            raise IllegalTransition("this reading is over")
        return get_sample(tx, mine.sample)


def _open(vault: Vault, tenant: TenantId, sample: Sample, actor: str) -> Sheet:
    wanted = (sample.manifest, sample.transcript)
    manifest, transcript = read_pinned(vault, tenant, wanted, actor=actor, reason=_WHY)
    return make_sheet(Manifest.from_json(manifest), json.loads(transcript))


def _turn(turn: Mapping[str, Any], hidden: Sequence[tuple[int, Entry]]) -> SheetTurn:
    if turn["text"] and "words" not in turn:
        raise Withheld("word_times")
    starts = {time.start_ms for _, entry in hidden for time in entry.times}
    # A word that begins when a hidden one does stands for it: it is never shown, whatever it looks like.
    words = [
        SheetWord(text=word["text"], time=_time(word["start_ms"], word["end_ms"]))
        for word in turn.get("words", ())
        if word["start_ms"] not in starts
    ]
    labels = [
        SheetWord(
            text=f"[{entry.label}]",
            time=_time(entry.times[0].start_ms, max(time.end_ms for time in entry.times)),
            entry=number,
        )
        for number, entry in hidden
        if entry.times
    ]
    ordered = sorted([*labels, *words], key=lambda word: (word.time.start_ms, word.entry is None))
    return SheetTurn(index=turn["turn"], channel=turn["channel"], speaker=turn["speaker"], words=tuple(ordered))


def _time(start_ms: int, end_ms: int) -> TimeSpan:
    return TimeSpan(start_ms, max(end_ms, start_ms + 1))
