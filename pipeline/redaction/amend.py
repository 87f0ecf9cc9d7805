"""A manifest that also hides what verification found: sound is muted wider there, and what the transcript says there is
hidden as well where it was not, so that text and sound hide the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from pipeline.model.entity import Entity
from pipeline.model.errors import Withheld
from pipeline.model.span import TimeSpan, merge_times
from pipeline.model.transcript import Conversation
from pipeline.redaction.finding import Finding, explain
from pipeline.redaction.groups import number_groups
from pipeline.redaction.inherited import still_inherited
from pipeline.redaction.manifest import Manifest, build_manifest
from pipeline.redaction.profile import RedactionProfile
from pipeline.redaction.resolve import resolve

# Each time at least so much more is muted, whatever the tenant's padding is.
_LEAST_MS: Final = 400


def amend(
    manifest: Manifest, conversation: Conversation, findings: Sequence[Finding], *, profile: RedactionProfile
) -> Manifest:
    """Hide what was found too.

    Args:
        manifest: what is hidden now; all of it stays hidden.
        conversation: the transcript it was made from.
        findings: what verification found wrong.
        profile: the tenant's settings.

    Raises:
        Withheld: what is wrong has no place that muting could mend, or the transcript's words there have no time.
    """
    places = [f for f in findings if f.channel is not None and f.time is not None and f.kind is not None]
    if len(places) != len(findings) or any((f.channel or 0) >= manifest.channels for f in places):
        raise Withheld("audio: " + explain(findings))
    found = [entity for place in places for entity in place.entities]
    known = entities_of(manifest)
    amended = hiding(manifest, conversation, [*known, *found], profile=profile) if found else manifest
    padding_ms = max(profile.padding_ms, _LEAST_MS)
    muted = tuple(
        merge_times([*amended.muted[channel], *spans, *_around(channel, places, manifest.duration_ms, padding_ms)])
        for channel, spans in enumerate(manifest.muted)
    )
    return replace(amended, muted=muted)


def entities_of(manifest: Manifest) -> tuple[Entity, ...]:
    """Give what a manifest hides as entities again."""
    return tuple(
        Entity(turn=entry.turn, span=entry.span, type=entry.type, score=entry.score, evidence=entry.evidence)
        for entry in manifest.entries
    )


def hiding(
    manifest: Manifest, conversation: Conversation, entities: Iterable[Entity], *, profile: RedactionProfile
) -> Manifest:
    """Build the manifest that hides these entities of the same conversation and sound, and nothing else.

    Raises:
        Withheld: an entity's words have no time in the sound, or it is not in its turn.
    """
    by_turn: dict[int, list[Entity]] = {}
    for entity in entities:
        by_turn.setdefault(entity.turn, []).append(entity)
    texts = {turn.index: turn.text for turn in conversation.turns}
    if not by_turn.keys() <= texts.keys():
        raise Withheld("span")
    hidden = [entity for turn in sorted(by_turn) for entity in resolve(by_turn[turn], texts[turn])]
    made = build_manifest(
        conversation,
        number_groups(hidden, [texts[e.turn][e.span.start : e.span.end] for e in hidden]),
        profile=profile,
        duration_ms=manifest.duration_ms,
        channels=manifest.channels,
        detector_version=manifest.detector_version,
        heard_on=manifest.heard_on,
    )
    return still_inherited(made, manifest)


def _around(channel: int, places: Iterable[Finding], duration_ms: int, padding_ms: int) -> Iterator[TimeSpan]:
    for finding in places:
        if finding.channel == channel and finding.time is not None:
            start = min(max(0, finding.time.start_ms - padding_ms), duration_ms - 1)
            yield TimeSpan(start, max(start + 1, min(duration_ms, finding.time.end_ms + padding_ms)))
