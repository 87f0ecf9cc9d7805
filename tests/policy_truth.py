"""What a test knows by itself of recordings, holds and versions, and what an installation shows of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from pipeline.model.artifact import ArtifactKind
from pipeline.model.audit import AuditEntry, find_break
from pipeline.model.errors import NotFound
from pipeline.store.audit import list_events
from pipeline.store.due import SURVIVING
from tests.disposal import rows
from tests.line import Line

KEPT_DAYS = 75
"""How long the tenant keeps everything but receipts."""
TIGHTER_DAYS = 45
"""How long the tightened version lets it keep recordings."""
CHILD_DAYS = 3
RECORDED = frozenset({ArtifactKind.RECORDING_ORIGINAL, ArtifactKind.RECORDING_REDACTED})
_SHOWN = (
    "select id, recording_id, kind, object_key, disposition, retain_until, training_eligible, decision_digest,"
    " purged_at is not null from earmark.artifacts order by id"
)
_DECIDED = (
    "select d.artifact_id, d.digest, d.training_eligible, d.record from earmark.decisions d"
    " join earmark.artifacts a on a.id = d.artifact_id and a.decision_digest = d.digest"
)


@dataclass(kw_only=True)
class Known:
    """A recording as the test knows it."""

    id: str
    call: str
    call_sid: str
    captured_on: date
    is_withdrawn: bool = False
    is_deleted: bool = False
    child_on: date | None = None
    """Since when a sign of a child stands that nobody has cleared."""
    was_child: bool = False
    is_settled: bool = True
    """Whether what was noted of it was judged since, as whoever noted it had asked for."""

    @property
    def is_barred(self) -> bool:
        return self.is_withdrawn or self.is_deleted or self.was_child


@dataclass(kw_only=True)
class Placed:
    """A hold as the test knows it."""

    id: str
    scope: tuple[str, str]
    asked_by: str | None = None
    is_in_force: bool = True
    is_settled: bool = False

    def covers(self, known: Known) -> bool:
        kind, subject = self.scope
        return kind == "tenant" or subject == (known.id if kind == "recording" else known.call)


@dataclass(kw_only=True)
class Truth:
    """What is true, apart from what the installation says."""

    known: list[Known] = field(default_factory=list)
    placed: list[Placed] = field(default_factory=list)
    published_on: date | None = None
    shorter_from: date | None = None
    closed_on: date | None = None

    def is_held(self, known: Known) -> bool:
        return any(hold.is_in_force and hold.covers(known) for hold in self.placed)

    def is_settled(self, known: Known) -> bool:
        return known.is_settled and all(hold.is_settled for hold in self.placed if hold.covers(known))

    def is_over(self, known: Known, kind: str, today: date) -> bool:
        """Say whether the time of a copy has come, a hold not considered."""
        if kind in SURVIVING:
            return False
        is_shorter = kind in RECORDED and self.shorter_from is not None and self.shorter_from <= today
        days = TIGHTER_DAYS if is_shorter else KEPT_DAYS
        is_childs = known.child_on is not None and known.child_on + timedelta(days=CHILD_DAYS) <= today
        is_closed = self.closed_on is not None and self.closed_on + timedelta(days=80) <= today
        return known.is_deleted or is_childs or is_closed or known.captured_on + timedelta(days=days) <= today


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One artifact as row, decision in force, tags and lock show it."""

    id: str
    recording: str
    kind: str
    key: str
    disposition: str
    retain_until: date | None
    is_eligible: bool
    digest: str | None
    is_purged: bool
    record: dict | None
    tags: dict[str, str] | None
    is_locked: bool
    versions: int


@dataclass(frozen=True, kw_only=True)
class Seen:
    """An installation at a moment: every artifact that has a row, and every event of the log."""

    artifacts: tuple[Shown, ...]
    events: dict[str, list[AuditEntry]]
    broken_at: int | None

    def tells(self, target: str, tag: str, **facts: object) -> bool:
        """Say whether the log has an event of a tag on something, with these facts."""
        return any(e.tag == tag and facts.items() <= e.facts.items() for e in self.events.get(target, []))


def look(line: Line) -> Seen:
    """Read everything anew."""
    decided = {(row[0], row[1]): row for row in rows(line, _DECIDED)}
    with line.tx() as tx:
        log = list(list_events(tx))
    events: dict[str, list[AuditEntry]] = {}
    for event in log:
        events.setdefault(event.entry.target, []).append(event.entry)
    shown = []
    for row in rows(line, _SHOWN):
        decision = decided.get((row[0], row[7]))
        assert row[7] is None or (decision is not None and decision[2] == decision[3]["training"]["eligible"])
        record = None if decision is None else decision[3]
        shown.append(_shown(line, row, record))
    return Seen(artifacts=tuple(shown), events=events, broken_at=find_break(log))


def _shown(line: Line, row: tuple, record: dict | None) -> Shown:
    objects, key = line.context.vault.objects, row[3]
    try:
        tags, is_locked = objects.read_tags(key), objects.read_lock(key).is_held
    except NotFound:
        tags, is_locked = None, False
    return Shown(
        id=row[0], recording=row[1], kind=row[2], key=key, disposition=row[4], retain_until=row[5], is_eligible=row[6],
        digest=row[7], is_purged=row[8], record=record, tags=tags, is_locked=is_locked,
        versions=len([v for v in objects.list_versions(key) if v.key == key]),
    )  # fmt: skip
