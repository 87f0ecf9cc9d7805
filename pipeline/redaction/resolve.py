"""Many overlapping findings to one disjoint list that covers at least as much.

What redaction itself wrote is never read again: redacting twice is redacting once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pipeline.model.entity import Entity, Evidence
from pipeline.model.span import CharSpan
from pipeline.redaction.check_digits import passed_check
from pipeline.redaction.placeholder import PLACEHOLDER

_PLACEHOLDER: Final = re.compile(PLACEHOLDER)


def resolve(entities: Sequence[Entity], text: str) -> tuple[Entity, ...]:
    """Make one turn's entities disjoint.

    The surer one keeps its place; what the other covers beyond it stays hidden under its own type. Evidence of
    findings that lie wholly inside is kept, each with the score it was found with, and a check digit that is passed
    is further evidence.
    """
    written = [CharSpan(*found.span()) for found in _PLACEHOLDER.finditer(text)]
    kept: list[Entity] = []
    for entity in map(_scored, sorted(entities, key=_rank)):
        rest = [entity.span]
        for hole in (*written, *(other.span for other in kept)):
            rest = [part for span in rest for part in _minus(span, hole)]
        rest = [trimmed for span in rest if (trimmed := _trim(span, text)) is not None]
        if not rest:
            kept = [_with_evidence(k, entity) if k.span.touches(entity.span) else k for k in kept]
        kept += [replace(entity, span=span) for span in rest]
    return tuple(_proved(entity, text) for entity in _joined(sorted(kept, key=lambda e: e.span), text))


def _rank(entity: Entity) -> tuple[float, int, int, str]:
    # What answers a question is what was asked, whatever a model takes a word of it for.
    asked = any(e.question_turn is not None for e in entity.evidence)
    # A kind named in the same breath counts more than a question that is still open.
    named = any(e.pattern in ("label", "birth") for e in entity.evidence)
    # Which kind it is, the finding's own sureness says; the entity's score says that it is personal at all.
    own = max((e.score for e in entity.evidence if e.score is not None), default=entity.score)
    return (-own - asked - 1.5 * named, -(entity.span.end - entity.span.start), entity.span.start, entity.type)


def _minus(span: CharSpan, hole: CharSpan) -> list[CharSpan]:
    if not span.touches(hole):
        return [span]
    parts = []
    if span.start < hole.start:
        parts.append(CharSpan(span.start, hole.start))
    if hole.end < span.end:
        parts.append(CharSpan(hole.end, span.end))
    return parts


def _trim(span: CharSpan, text: str) -> CharSpan | None:
    """Cut away what is no letter or digit at both ends; None when nothing is left."""
    start, end = span.start, min(span.end, len(text))
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return CharSpan(start, end) if start < end else None


def _scored(entity: Entity) -> Entity:
    """Note in the evidence how sure each finding was by itself; resolution may give the whole another score."""
    scored = (replace(e, score=entity.score) if e.score is None else e for e in entity.evidence)
    return replace(entity, evidence=tuple(scored))


def _proved(entity: Entity, text: str) -> Entity:
    proof = passed_check(entity.type, text[entity.span.start : entity.span.end])
    new = Evidence(recognizer="CheckDigits", view="written", pattern=proof)
    if proof is None or new in entity.evidence:
        return entity
    return replace(entity, evidence=(*entity.evidence, new))


def _with_evidence(kept: Entity, other: Entity) -> Entity:
    new = tuple(e for e in other.evidence if e not in kept.evidence)
    return replace(kept, evidence=kept.evidence + new)


def _joined(entities: Sequence[Entity], text: str) -> tuple[Entity, ...]:
    """Join neighbours of one type that only spaces and signs separate."""
    joined: list[Entity] = []
    for entity in entities:
        last = joined[-1] if joined else None
        between = text[last.span.end : entity.span.start] if last else ""
        if last is not None and last.type is entity.type and not any(c.isalnum() for c in between):
            merged = replace(_with_evidence(last, entity), span=CharSpan(last.span.start, entity.span.end))
            joined[-1] = replace(merged, score=max(last.score, entity.score))
        else:
            joined.append(entity)
    return tuple(joined)
