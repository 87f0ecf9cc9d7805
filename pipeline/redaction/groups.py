"""Gives what names the same thing the same number through a call, so that `[PERSON_1]` is one person.

Full values come first: whoever is called by given and family name once is one person, and what is said in part (a
given name, the last four digits) belongs to the full value that it fits and that was mentioned last. Two people of one
given name stay two as long as their family names differ. Pieces of a value told over several turns share its number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

from pipeline.model.entity import Entity
from pipeline.model.entity import EntityType as T
from pipeline.redaction.recognizers.number_shapes import NUMBER_TYPES
from pipeline.redaction.said_value import Match, Value, value_of
from pipeline.redaction.vocabulary import STREET_WORDS

_NEAR: Final = 2
"""How many turns apart two pieces may be where no question holds them together: one for a nod or a read-back."""
_NAMES_NEAR: Final = 4
_TELLING: Final = 4
"""How many digits of a number that nobody named tell which other number they are a piece of."""

_WHOLE: Final[Mapping[T, tuple[int, int]]] = {
    T.CREDIT_CARD: (13, 19), T.CREDIT_CARD_CVV: (3, 4), T.CREDIT_CARD_EXPIRY: (2, 3), T.DATE_OF_BIRTH: (3, 3),
    T.PHONE_NUMBER: (7, 15), T.US_SSN: (9, 9), T.ACCOUNT_NUMBER: (6, 20), T.IBAN_CODE: (15, 34), T.ID_NUMBER: (5, 24),
    T.PASSPORT: (6, 12), T.DRIVER_LICENSE: (5, 20), T.NATIONAL_ID: (8, 12), T.MEDICAL_RECORD: (5, 14), T.PIN: (4, 8),
    T.ZIP_CODE: (4, 10), T.IP_ADDRESS: (7, 15), T.VEHICLE: (5, 17), T.STREET_ADDRESS: (12, 24),
    T.EMAIL_ADDRESS: (64, 64), T.PASSWORD: (64, 64), T.USERNAME: (64, 64),
}  # fmt: skip
"""From which size on a value is whole by itself, and the size it can have at most: what is less may be a piece."""
_TOLD_WITH_MORE: Final = frozenset({T.STREET_ADDRESS, T.EMAIL_ADDRESS})
"""Types of which one piece may look whole: a street with its number beside a flat, "gmail dot com" after a name."""
_MAIL_ENDS: Final = ("com", "net", "org", "edu", "gov", "uk", "nz", "au", "co", "io", "ie", "us")


@dataclass(slots=True)
class _Group:
    """Mentions of one thing, by their place among the mentions of its type; `value` is the fullest of them."""

    value: Value
    members: list[int] = field(default_factory=list)

    def distance(self, at: int) -> tuple[bool, int]:
        """Give how near the group was mentioned, mentions before coming first."""
        before = [m for m in self.members if m <= at]
        return (False, at - max(before)) if before else (True, min(self.members) - at)


def number_groups(entities: Sequence[Entity], texts: Sequence[str]) -> tuple[Entity, ...]:
    """Give entities that name the same thing the same number, counted for each type from 1 in order of appearance.

    A number whose kind nobody named takes the kind of the number that it is a piece of.

    Args:
        entities: of a whole conversation, in order.
        texts: what each entity covers.
    """
    values = _of_known_kind([value_of(e.type, text) for e, text in zip(entities, texts, strict=True)])
    numbered = list(entities)
    by_type: dict[T, list[int]] = {}
    for index, value in enumerate(values):
        by_type.setdefault(value.type, []).append(index)
    for type, indices in by_type.items():
        of_mention = _group([values[i] for i in indices], [entities[i] for i in indices])
        order = {group: number for number, group in enumerate(dict.fromkeys(of_mention), start=1)}
        for index, group in zip(indices, of_mention, strict=True):
            numbered[index] = replace(entities[index], type=type, group=order[group])
    return tuple(numbered)


def _of_known_kind(values: Sequence[Value]) -> list[Value]:
    whole = [v for v in values if v.type in NUMBER_TYPES - {T.ID_NUMBER} and v.size >= _WHOLE.get(v.type, (99, 0))[0]]
    known = []
    for value in values:
        is_unnamed = value.type is T.ID_NUMBER and len(value.code) >= _TELLING
        kinds = [w.type for w in whole if value.code in w.code and value.code != w.code] if is_unnamed else []
        known.append(replace(value, type=kinds[0]) if kinds else value)
    return known


def _group(values: Sequence[Value], mentions: Sequence[Entity]) -> list[int]:
    """Give for each mention of one type the index of its group."""
    groups: list[_Group] = []
    of_mention = [0] * len(values)
    known: dict[str, list[Match]] = {}  # what is said often is compared with each group once
    for at in sorted(range(len(values)), key=lambda i: (-values[i].size, i)):
        fits = known.setdefault(values[at].code, [])
        fits += [values[at].fits(group.value) for group in groups[len(fits) :]]
        of_mention[at] = _home(values[at], at, groups, fits)
        groups[of_mention[at]].members.append(at)
    for one, other in _told_together(values, mentions, groups, of_mention):
        kept, gone = sorted((of_mention[one], of_mention[other]))
        of_mention = [kept if group == gone else group for group in of_mention]
    return of_mention


def _home(value: Value, at: int, groups: list[_Group], fits: Sequence[Match]) -> int:
    """Find the group that a value fits, the same words before a like sound, then the nearest; or make it one."""
    best = max(fits, default=Match.NONE)
    if best is Match.NONE:
        groups.append(_Group(value))
        return len(groups) - 1
    return min((n for n, match in enumerate(fits) if match is best), key=lambda n: groups[n].distance(at))


def _told_together(
    values: Sequence[Value], mentions: Sequence[Entity], groups: Sequence[_Group], of_mention: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Give neighbouring mentions that are pieces of one value."""
    run: list[int] = []
    for one, other in pairwise(range(len(mentions))):
        before, after = of_mention[one], of_mention[other]
        if values[one].type is T.PERSON:
            is_alone = groups[after].members == [other]
            is_told = _are_parts_of_a_name(mentions[one], mentions[other], [groups[n].value for n in (before, after)])
            is_told |= is_alone and _is_spelled_after(mentions[one], mentions[other])
        else:
            run = list(dict.fromkeys([*run, before, after]))
            is_part = _is_inside(values[other], groups[before]) or _is_inside(values[one], groups[after])
            is_told = _is_one_answer(mentions[one], mentions[other]) and (
                is_part or _can_be_one([groups[number].value for number in run])
            )
        if is_told:
            yield one, other
        else:
            run = []


def _is_inside(piece: Value, group: _Group) -> bool:
    """Say whether a piece of a number, however short, is in the number that its neighbour belongs to."""
    return piece.type in NUMBER_TYPES and bool(piece.code) and piece.code in group.value.code


def _can_be_one(pieces: Sequence[Value]) -> bool:
    """Say whether values are pieces of one: none whole by itself, and together not more than a value can be."""
    type = pieces[0].type
    least, most = _WHOLE.get(type, (0, 0))
    wholes = sum(piece.size >= least or _looks_whole(piece) for piece in pieces)
    return wholes <= (type in _TOLD_WITH_MORE) and sum(piece.size for piece in pieces) <= most


def _looks_whole(value: Value) -> bool:
    if value.type is T.STREET_ADDRESS:
        return any(w in STREET_WORDS for w in value.words) and any(w.isdecimal() for w in value.words)
    return value.type is T.EMAIL_ADDRESS and value.words[-1:] != () and value.words[-1] in _MAIL_ENDS


def _is_one_answer(one: Entity, other: Entity) -> bool:
    """Say whether two mentions answer one question; without questions, whether they follow each other closely."""
    asked, asked_too = (_questions(entity) for entity in (one, other))
    if asked and asked_too:
        return bool(asked & asked_too)
    return other.turn - one.turn <= _NEAR


def _are_parts_of_a_name(one: Entity, other: Entity, whole: Sequence[Value]) -> bool:
    """Say whether a given and a family name were asked for one after the other, and neither is known in full."""
    parts = [{part for e in entity.evidence if (part := e.part)} for entity in (one, other)]
    is_short = all(value.size == 1 for value in whole) and other.turn - one.turn <= _NAMES_NEAR
    return is_short and parts in ([{"given"}, {"family"}], [{"family"}, {"given"}])


def _is_spelled_after(one: Entity, other: Entity) -> bool:
    """Say whether an answer is spelled soon after another answer that was a name."""
    is_spelled = any("spell" in (e.pattern or "") for e in other.evidence)
    are_answers = bool(_questions(one) and _questions(other))
    return is_spelled and are_answers and other.turn - one.turn <= _NAMES_NEAR


def _questions(entity: Entity) -> set[int]:
    return {e.question_turn for e in entity.evidence if e.question_turn is not None}
