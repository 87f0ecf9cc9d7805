"""What another version of a policy changes, leaf by leaf, and whether each change allows less or more.

Only what can be told from the leaf alone is marked. What cannot is unclear, and counts as a tightening where something
hangs on it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pipeline.model.decision import SCOPE_ORDER
from pipeline.policies.bundle import Bundle


class Effect(StrEnum):
    """What a change does to what is kept, used and given away."""

    TIGHTENING = "tightening"
    LOOSENING = "loosening"
    NEUTRAL = "neutral"
    """Words, dates and clauses: nothing is decided otherwise by them."""
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One leaf that differs; None where a version does not have it."""

    path: str
    before: object
    after: object
    effect: Effect


def list_changes(before: Bundle, after: Bundle) -> tuple[Change, ...]:
    """List every leaf that differs, in the order of its path."""
    old, new = (dict(leaves(bundle.model_dump(mode="json"))) for bundle in (before, after))
    gone, come = (_members(old) - _members(new), _members(new) - _members(old))
    return tuple(
        Change(path=path, before=old.get(path), after=new.get(path), effect=_effect(path, old, new, (gone, come)))
        for path in sorted(old.keys() | new.keys())
        if old.get(path) != new.get(path)
    )


def is_tightening(before: Bundle, after: Bundle) -> bool:
    """Say whether anything is, or may be, allowed less by the later version."""
    return any(change.effect in (Effect.TIGHTENING, Effect.UNCLEAR) for change in list_changes(before, after))


def leaves(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Walk to every plain value; members of a list that have a name or id are told apart by it, not by place."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and value and all(isinstance(entry, Mapping) for entry in value):
        for at, entry in enumerate(value):
            name = entry.get("name") or entry.get("id") or at
            yield from leaves(entry, f"{path}[{name}]")
    else:
        yield path, value


type _Judge = Callable[[object, object], Effect]
type _Members = tuple[frozenset[str], frozenset[str]]

_MEMBER: Final = re.compile(r"^(processors\.listed|residency)\[[^]]*]")
_WORDS: Final = re.compile(
    r"(^|\.)(clause\.(section|key)|basis|reason|training_off)$|^(id|version|replaces)$"
    r"|^(document|published|notified|effective|duties|metadata\.clause|processors\.refused)\b"
)


def _effect(path: str, old: Mapping[str, object], new: Mapping[str, object], moved: _Members) -> Effect:
    member = _MEMBER.match(path)
    if member is not None and member[0] in moved[0] | moved[1]:
        is_gone, is_rule = member[0] in moved[0], member[1] == "residency"
        return Effect.TIGHTENING if is_gone is not is_rule else Effect.LOOSENING
    if _WORDS.search(path):
        return Effect.NEUTRAL
    for pattern, judged in _JUDGES:
        if pattern.fullmatch(path):
            return judged(old.get(path), new.get(path))
    return Effect.UNCLEAR


def _members(plain: Mapping[str, object]) -> frozenset[str]:
    return frozenset(found[0] for path in plain if (found := _MEMBER.match(path)))


def _less(before: object, after: object) -> Effect:
    """Fewer is tighter; nothing said is without an end."""
    return _ordered(_number(before) - _number(after))


def _reviewed(before: object, after: object) -> Effect:
    """Reviews stand where there is no end: that they begin says that the end is gone, and the other way round."""
    if before is None or after is None:
        return Effect.LOOSENING if before is None else Effect.TIGHTENING
    return _less(before, after)


def _more(before: object, after: object) -> Effect:
    return _less(after, before)


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 1e9


def _off(before: object, after: object) -> Effect:
    return Effect.LOOSENING if after is True else Effect.TIGHTENING


def _narrower(before: object, after: object) -> Effect:
    order = [None, *(scope.value for scope in SCOPE_ORDER)]
    if before not in order or after not in order:
        return Effect.UNCLEAR
    return _ordered(order.index(before) - order.index(after))


def _fewer_of(before: object, after: object) -> Effect:
    """A list of what is allowed: whatever is taken out of it is tighter, whatever else is put in."""
    old, new = (set(v) if isinstance(v, list) else set() for v in (before, after))
    if old - new:
        return Effect.TIGHTENING
    return Effect.LOOSENING if new - old else Effect.NEUTRAL


def _more_of(before: object, after: object) -> Effect:
    """A list of what is kept out or granted to people: whatever is put in is tighter."""
    old, new = (set(v) if isinstance(v, list) else set() for v in (before, after))
    if new - old:
        return Effect.TIGHTENING
    return Effect.LOOSENING if old - new else Effect.NEUTRAL


def _ordered(difference: float) -> Effect:
    if difference == 0:
        return Effect.NEUTRAL
    return Effect.TIGHTENING if difference > 0 else Effect.LOOSENING


def _rule(before: object, after: object) -> Effect:
    """A rule as a whole: its parts are judged by themselves where it is in both versions, or comes or goes."""
    return Effect.NEUTRAL


def _exception(before: object, after: object) -> Effect:
    return Effect.LOOSENING if before is None else Effect.TIGHTENING


_JUDGES: Final[tuple[tuple[re.Pattern[str], _Judge], ...]] = tuple(
    (re.compile(pattern), judged)
    for pattern, judged in (
        (r"(record|transcribe|store|vendor_process|replication)\.allowed", _off),
        (r"training\.(instance_limit\.)?scope", _narrower),
        (r"training\.(feature_exception|instance_limit)(\.(scope|clause))?", _exception),
        (r"training\.(cool_off_days|min_redaction_version)", _more),
        (r"processors\.listed", _fewer_of),
        (r"processors\.listed\[.*]\.(purposes|regions)", _fewer_of),
        (r"processors\.listed\[.*]\.sees_content", _off),
        (r"retention\..*\.(days|tenant_min_days|tenant_max_days)", _less),
        (r"retention\..*\.review_days", _reviewed),
        (r"retention\..*\.survives", _fewer_of),
        (r"(closure\.(outer_bound_days|purge_by_day|vendor_by_day)|deletion\.\w+)", _less),
        (r"closure\.exceptions", _fewer_of),
        (r"rights\.(respond_within_days|respond_within_working_days)", _less),
        (r"rights\.grants", _more_of),
        (r"(minors\.below_age|change\.notice_days)", _more),
        (r"(minors|card_numbers)\.purge_within_hours", _less),
        (r"card_numbers", _rule),
        (r"(download\.kinds|metadata\.fields)", _fewer_of),
        (r"replication\.excluded_places", _more_of),
        (r"residency\[.*]\.(places|purposes)", _more_of),
        (r"residency\[.*]\.regions", _fewer_of),
        (r"residency", _more_of),
    )
)
