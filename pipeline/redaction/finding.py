"""What can be wrong with a redaction, and where it is. Places, kinds and reasons, never words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from pipeline.model.entity import Entity, EntityType
from pipeline.model.span import TimeSpan


class Reason(StrEnum):
    """Why a redaction is not proved."""

    UNDECODABLE = "UNDECODABLE"
    NOT_SILENT = "NOT_SILENT"
    CHANGED_OUTSIDE = "CHANGED_OUTSIDE"
    STILL_HEARD = "STILL_HEARD"
    UNHIDDEN = "UNHIDDEN"
    LOW_SPEECH_COVERAGE = "LOW_SPEECH_COVERAGE"
    UNSUPPORTED_LANGUAGE = "UNSUPPORTED_LANGUAGE"
    SAME_RECOGNISER = "SAME_RECOGNISER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, and where; no place means the whole file or channel.

    `kind` is of what was heard. `entities` are what the transcript says there, where it does not hide it yet: whoever
    mutes the place hides them too, so that text and sound do not disagree.
    """

    reason: Reason
    channel: int | None = None
    time: TimeSpan | None = None
    kind: EntityType | None = None
    entities: tuple[Entity, ...] = ()


def explain(findings: Iterable[Finding]) -> str:
    """Name what is wrong, each once, with the kinds of what was heard: `STILL_HEARD(PERSON),UNDECODABLE`."""
    kinds: dict[Reason, set[str]] = {}
    for finding in findings:
        kinds.setdefault(finding.reason, set()).update([finding.kind.value] if finding.kind else [])
    return ",".join(
        reason.value + (f"({'+'.join(sorted(kinds[reason]))})" if kinds[reason] else "") for reason in sorted(kinds)
    )
