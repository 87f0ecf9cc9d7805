"""All evidence weighed together: how likely each word is personal, and which findings that leaves.

A word's chance is a logistic sum: what the tagger thinks of it and of its neighbours, and for each rule that covers it
the weight that rule has earned. Weights are learned (`training/weigh.py`) and kept in `fusion.json`; a rule without one
counts as a fairly good one. Not left to sums: a long number that answers a question stays, a number and a brief answer
are hidden whole, and what counts or tells the time, verbs that are names and mere sounds are spoken against.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from math import exp
from pathlib import Path
from statistics import fmean
from typing import Final

import numpy as np

from pipeline.model.entity import Entity, EntityType, Evidence
from pipeline.model.span import CharSpan
from pipeline.redaction.normalise import Kind
from pipeline.redaction.recognizers.amounts import is_amount
from pipeline.redaction.tagger.network import LABELS
from pipeline.redaction.tagger.words import Floats
from pipeline.redaction.turn_view import TurnView
from pipeline.redaction.vocabulary import is_interjection

_CLIP: Final = 6.0
_LONG_ANSWER: Final = 7
_LONG_ANSWER_LOGIT: Final = 2.0
_AGAINST: Final = -2.0
"""What speaks against a number that counts or tells the time, and against verbs and sounds that look like names."""
_DRAWN_OUT: Final = 4
"""How long a sound is at least to be nothing else: "no" is also a number's sign."""
_MODALS: Final = frozenset({"may", "will"})
_PRONOUNS: Final = frozenset({"i", "we", "you"})
_WHOLE_ANSWERS: Final = frozenset({"answer", "spelled answer"})
_BRIEF_ANSWER: Final = 20
_MOST: Final = 0.5
BASE: Final = ("bias", "own", "before", "after", "next_before", "next_after")


@dataclass(frozen=True, slots=True, kw_only=True)
class FusionWeights:
    """The learned weights: of the sum's fixed terms, in the order of `BASE`, and of each rule."""

    base: Floats
    rules: Mapping[str, float]


UNWEIGHED: Final = 1.5
"""What a rule counts for that was never seen in training; one seen seldom stays near it."""
UNLEARNED: Final = FusionWeights(base=np.asarray((0, 1, 0, 0, 0, 0), np.float32), rules={})
"""What learning begins with: the tagger's own opinion of each word, and every rule a fairly good one."""

FUSION: Final = Path(__file__).parent / "fusion.json"
"""Where `make train` leaves the weights."""


def load_fusion(path: Path = FUSION) -> FusionWeights:
    """Read the weights that are shipped, or those of another file."""
    read = json.loads(path.read_text(encoding="utf-8"))
    return FusionWeights(base=np.asarray(read["base"], np.float32), rules=read["rules"])


def rule_of(evidence: Evidence) -> str:
    """Name the rule that an evidence comes from, as it is weighed: what answers a question counts by its kind."""
    name = f"{evidence.recognizer}: {evidence.pattern or ''}"
    return f"{name} ({evidence.slot})" if evidence.slot else name


def base_terms(chances: Sequence[Floats]) -> Floats:
    """Give for all words of several turns the terms that the tagger alone makes.

    Args:
        chances: for each turn, each word's chance not to be personal.

    Returns:
        `(words, terms)`: one, and the log odds of each word and of the two words on each side in its own turn.
    """
    counts = [len(turn) for turn in chances]
    padded = np.full(sum(counts) + 2 * (len(counts) + 1), -_CLIP, np.float32)
    places = np.concatenate([np.arange(n) for n in counts]) if counts else np.zeros(0, np.int64)
    starts = np.cumsum([2, *(n + 2 for n in counts)])[: len(counts)]
    places = (places + np.repeat(starts, counts)).astype(np.int64)
    plain = np.concatenate(chances) if counts else np.zeros(0, np.float32)
    padded[places] = np.clip(np.log((1 - plain + 1e-6) / (plain + 1e-6)), -_CLIP, _CLIP)
    terms = [np.ones(len(places), np.float32), *(padded[places + step] for step in (0, -1, 1, -2, 2))]
    return np.stack(terms, axis=1)


def tagger_odds(views: Sequence[TurnView], weights: FusionWeights) -> list[list[float]]:
    """Give for each turn the log odds that the tagger alone gives its words."""
    odds = (base_terms([view.shares[:, 0] for view in views]) @ weights.base).tolist()
    ends = accumulate(len(view.shares) for view in views)
    return [odds[end - len(view.shares) : end] for view, end in zip(views, ends, strict=True)]


def covered(view: TurnView, span: CharSpan) -> tuple[int, int]:
    """Give the tokens [first, last) of a turn that a span touches."""
    first = bisect_right(view.token_ends, span.start)
    return first, max(first, bisect_left(view.token_starts, span.end))


def weigh(view: TurnView, found: Sequence[Entity], base: Sequence[float], weights: FusionWeights) -> list[float]:
    """Give the chance of each token of a turn to be personal, all evidence summed.

    Args:
        view: the turn.
        found: its findings, of all recognisers, the dialogue and propagation.
        base: what the tagger alone gives its words, as `tagger_odds`.
        weights: of the evidence.
    """
    chances = [1 / (1 + exp(-odds)) for odds in _sum(view, found, base, weights)]
    _make_numbers_whole(view, chances)
    return chances


def _sum(view: TurnView, found: Sequence[Entity], base: Sequence[float], weights: FusionWeights) -> list[float]:
    """Give the log odds of each token, all evidence summed."""
    odds = list(base)
    rules: dict[str, set[int]] = {}
    floor: set[int] = set()
    for entity in found:
        first, last = covered(view, entity.span)
        for evidence in entity.evidence:
            rules.setdefault(rule_of(evidence), set()).update(range(first, last))
            if evidence.question_turn is not None and _digits(view, first, last) >= _LONG_ANSWER:
                floor.update(range(first, last))
    for rule, places in rules.items():
        weight = weights.rules.get(rule, UNWEIGHED)
        for at in places:
            odds[at] += weight
    for at in (*_amounts(view), *_modals(view), *_interjections(view)):
        odds[at] += _AGAINST
    for at in floor:
        odds[at] = max(odds[at], _LONG_ANSWER_LOGIT)
    return odds


def _amounts(view: TurnView) -> Iterator[int]:
    """Give the tokens of numbers that count, measure or tell the time."""
    pieces = view.written.pieces
    for run in view.written.runs:
        if is_amount(view.written, run):
            yield from range(pieces[run.first].first, pieces[run.last - 1].last)


def _modals(view: TurnView) -> Iterator[int]:
    """Give the tokens of "may i" and "will you" that are verbs and nobody's name."""
    keys = [token.key for token in view.written.tokens]
    for at, (key, following) in enumerate(pairwise(keys)):
        if key in _MODALS and following in _PRONOUNS:
            yield at


def _interjections(view: TurnView) -> Iterator[int]:
    """Give the tokens that are sounds and greetings, where they are no sign of a number or a spelling."""
    for piece in view.written.pieces:
        key = view.written.tokens[piece.first].key
        if piece.kind is Kind.WORD and len(key) >= _DRAWN_OUT and is_interjection(key):
            yield piece.first


def _digits(view: TurnView, first: int, last: int) -> int:
    pieces = [p for p in view.written.pieces if first <= p.first and p.last <= last]
    return sum(c.isdecimal() for p in pieces if p.is_code for c in p.text)


def decide(view: TurnView, found: Sequence[Entity], weighed: Sequence[float], *, least: float) -> list[Entity]:
    """Give what a turn's findings come to: cut to the words that are likely enough, each with its chance as score.

    Args:
        view: the turn.
        found: its findings, of all recognisers, the dialogue and propagation.
        weighed: each word's chance to be personal, as `weigh` gives it for these findings.
        least: the chance from which a word is taken for personal.
    """
    chances = list(weighed)
    _make_answers_whole(view, found, chances, least)
    personal = [chance >= least for chance in chances]
    kept: list[Entity] = []
    reached: set[int] = set()
    for entity in found:
        for begin, end in _stretches(personal, *covered(view, entity.span)):
            reached.update(range(begin, end))
            kept.append(_cut(view, entity, begin, end, fmean(chances[begin:end])))
    left = [is_personal and at not in reached for at, is_personal in enumerate(personal)]
    if any(left):
        kept += [_unnamed(view, a, b, fmean(chances[a:b])) for a, b in _stretches(left, 0, len(left))]
    return kept


def _make_numbers_whole(view: TurnView, chances: list[float]) -> None:
    """Give all of a number's words at least the chance of its surer words: half a number is telling."""
    for run in view.written.runs:
        first, last = view.written.pieces[run.first].first, view.written.pieces[run.last - 1].last
        if last - first > 1:
            surer = sorted(chances[first:last])[(3 * (last - first)) // 4]
            chances[first:last] = [max(chance, surer) for chance in chances[first:last]]


def _make_answers_whole(view: TurnView, found: Sequence[Entity], chances: list[float], least: float) -> None:
    """Hide all of a brief answer that came at once where most is personal: the rest was misheard."""
    for entity in found:
        if not any(e.question_turn is not None and e.pattern in _WHOLE_ANSWERS for e in entity.evidence):
            continue
        first, last = covered(view, entity.span)
        own = chances[first:last]
        sure = [chance for chance in own if chance >= least]
        if last - first <= _BRIEF_ANSWER and len(sure) >= _MOST * len(own):
            chances[first:last] = [max(chance, min(sure)) for chance in own]


def _stretches(mask: Sequence[bool], first: int, last: int) -> list[tuple[int, int]]:
    stretches: list[tuple[int, int]] = []
    for at in range(first, last):
        if not mask[at]:
            continue
        if stretches and stretches[-1][1] == at:
            stretches[-1] = (stretches[-1][0], at + 1)
        else:
            stretches.append((at, at + 1))
    return stretches


def _cut(view: TurnView, entity: Entity, first: int, last: int, score: float) -> Entity:
    tokens = view.written.tokens
    start, end = max(entity.span.start, tokens[first].start), min(entity.span.end, tokens[last - 1].end)
    return replace(entity, span=CharSpan(start, end), score=score)


def _unnamed(view: TurnView, first: int, last: int, score: float) -> Entity:
    """Make an entity of words that no finding covers but that the sum takes for personal, as the tagger's best kind."""
    kind = LABELS[1 + int(np.argmax(view.shares[first:last, 1:].sum(axis=0)))]
    tokens = view.written.tokens
    evidence = Evidence(recognizer="Fusion", view="dialogue", pattern="neighbours")
    return Entity(
        turn=view.turn.index,
        span=CharSpan(tokens[first].start, tokens[last - 1].end),
        type=kind or EntityType.OTHER,
        score=score,
        evidence=(evidence,),
    )
