"""The words by which a tenant is told that its policy will change: what, from when, and what happens until then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pipeline.policies.bundle import Bundle
from pipeline.policies.changes import Change, Effect, list_changes

_MOST_SHOWN = 200


def subject_of(after: Bundle) -> str:
    """Write the subject line."""
    return f"{after.document.title} changes on {after.effective.day.isoformat()}"


def text_of(before: Bundle, after: Bundle, *, notice_days: int, earliest: date) -> str:
    """Write the notice, without any name, number or word of a call.

    Args:
        before: the version it replaces.
        after: the version that is announced.
        notice_days: how long before its first day the notice must have arrived.
        earliest: the first day on which it can be in force if the notice arrives now.
    """
    return "\n".join(_lines(before, after, notice_days, earliest)) + "\n"


def changes_of(before: Bundle, after: Bundle) -> tuple[str, ...]:
    """List the leaves that decide something and change, each with what the change does."""
    return tuple(f"{change.path}: {change.effect}" for change in _deciding(before, after))


def _lines(before: Bundle, after: Bundle, notice_days: int, earliest: date) -> Iterator[str]:
    yield f"Policy {after.id}: version {before.version} is replaced by version {after.version}."
    yield f"It takes effect on {earliest.isoformat()}, and at least {notice_days} days after this notice arrives."
    yield "Where it allows less, exports stop from now on, and what is kept already is judged anew on its first day."
    yield "Where it allows more, that holds only for calls captured from its first day on."
    yield f"Digest of the version: {after.digest}"
    yield ""
    changes = _deciding(before, after)
    yield "What changes:" if changes else "Nothing that decides anything changes."
    for change in changes[:_MOST_SHOWN]:
        yield f"- {change.path}: {_shown(change.before)} -> {_shown(change.after)} ({change.effect})"
    if len(changes) > _MOST_SHOWN:
        yield f"- and {len(changes) - _MOST_SHOWN} more"


def _deciding(before: Bundle, after: Bundle) -> tuple[Change, ...]:
    return tuple(change for change in list_changes(before, after) if change.effect is not Effect.NEUTRAL)


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "nothing"
    return "nothing" if value is None else str(value)
