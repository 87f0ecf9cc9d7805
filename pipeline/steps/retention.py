"""The nightly run of one tenant: what is due is found through indexes, judged again, and purged if it still is due.

What is restricted or held stays. A review that nobody has written a justification for is told each night, and after
`REVIEW_GRACE` as an error: the policy keeps such things for ever, and destroying them for somebody's silence could not
be undone, so they are not purged; but nothing is kept in silence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from pipeline.model.audit import AuditTag
from pipeline.model.errors import NotFound, PipelineError
from pipeline.model.ids import CallId, RecordingId, TenantId
from pipeline.model.purge import ItemKind, ItemState, PurgeState, Subject
from pipeline.model.retention import REVIEW_GRACE
from pipeline.steps.certify import certify
from pipeline.steps.context import Receipt, StepContext
from pipeline.steps.destroy import destroy
from pipeline.steps.ground import redecide_subject
from pipeline.steps.purge import carry_out, purge_subject
from pipeline.store.audit import Facts, add_event
from pipeline.store.due import (
    iterate_subjects,
    list_reviews_due,
    list_undecided,
    read_due,
)
from pipeline.store.holds import list_holds_on
from pipeline.store.purges import get_purge, list_followed, list_items, list_purges
from pipeline.store.recordings import list_recordings
from pipeline.store.retention_runs import add_run, list_new_endings, mark_taken_up
from pipeline.telemetry import log

WORK_IS_OVER: Final = timedelta(days=1)
"""No work on a recording lasts longer; what nobody judged by then was left behind by a failure, and is judged now."""
_PAGE: Final = 500
_COUNTED: Final = (
    "endings", "judged", "due", "purged", "objects", "held", "waiting", "failed", "metadata_gone", "reviews_due",
    "unjustified",
)  # fmt: skip


def run_retention(context: StepContext, tenant: TenantId) -> Receipt:
    """Carry out a tenant's run for today, and record its counts.

    Returns:
        `on`, and how many: `endings` taken up, things `judged` for them, recordings and calls that were `due`, of them
        `purged`, `objects` destroyed, objects found `held`, purges still `waiting`, that `failed`, vendors' metadata
        seen gone, artifacts whose review is due, and of them `unjustified` after the grace.

    Raises:
        StoreUnreachable: the database cannot be reached; what was done stays done, and the run is repeated.
    """
    counts: Counter[str] = Counter()
    counts.update(take_up_endings(context, tenant))
    counts.update(purge_due(context, tenant))
    counts["metadata_gone"] += _follow(context, tenant)
    counts.update(_tell_reviews(context, tenant))
    with context.vault.database.transaction(tenant) as tx:
        found = {name: counts[name] for name in _COUNTED}
        add_run(tx, on=tx.now.date(), counts=found)
        return {"on": tx.now.date().isoformat(), **found}


def take_up_endings(context: StepContext, tenant: TenantId) -> Counter[str]:
    """Judge again what an ending covers, and for the first time what a failure left unjudged, so that days move."""
    counts: Counter[str] = Counter()
    with context.vault.database.transaction(tenant) as tx:
        new = list_new_endings(tx)
        forgotten = list_undecided(tx, before=tx.now - WORK_IS_OVER)
    for ending, subject in new:
        for covered in _covered(context, tenant, subject):
            counts["judged"] += _judge(context, tenant, covered)
        with context.vault.database.transaction(tenant) as tx:
            mark_taken_up(tx, ending)
        counts["endings"] += 1
    for subject in forgotten:
        counts["judged"] += _judge(context, tenant, subject)
    return counts


def purge_due(context: StepContext, tenant: TenantId) -> Counter[str]:
    """Purge what is due today, page by page, and take up again every purge that waits."""
    counts: Counter[str] = Counter()
    seen: set[Subject] = set()
    after: tuple[date, str] | None = None
    while True:
        with context.vault.database.transaction(tenant) as tx:
            page = read_due(tx, on=tx.now.date(), after=after, limit=_PAGE)
        for subject in page.subjects:
            if subject not in seen:
                counts["due"] += 1
                counts.update(_purge(context, tenant, subject))
        seen.update(page.subjects)  # one whose artifacts meet the edge of two pages, or that waits, is tried once
        after = page.after
        if after is None:
            break
    with context.vault.database.transaction(tenant) as tx:
        waiting = list_purges(tx, state=PurgeState.OPEN)
    for purge in waiting:
        if purge.subject not in seen:
            counts.update(_told(carry_out(context, tenant, purge, ())))
    with context.vault.database.transaction(tenant) as tx:
        counts["waiting"] = len(list_purges(tx, state=PurgeState.OPEN))
    return counts


def foresee(context: StepContext, tenant: TenantId, on: date) -> Receipt:
    """Count what would be judged as due on a day as things stand, and write nothing."""
    counts: Counter[str] = Counter()
    after: tuple[date, str] | None = None
    with context.vault.database.transaction(tenant) as tx:
        while True:
            page = read_due(tx, on=on, after=after, limit=_PAGE)
            counts["artifacts"] += page.artifacts
            for subject in page.subjects:
                recording = RecordingId(subject.id) if subject.kind == "recording" else None
                call = CallId(subject.id) if subject.kind == "call" else None
                counts["held" if list_holds_on(tx, recording=recording, call=call) else "due"] += 1
            after = page.after
            if after is None:
                break
        reviews = sum(found.count for found in list_reviews_due(tx, on=on))
    return {"on": on.isoformat(), **{n: counts[n] for n in ("artifacts", "due", "held")}, "reviews_due": reviews}


def _covered(context: StepContext, tenant: TenantId, subject: Subject) -> Iterator[Subject]:
    """Name every recording, and every call beside its recordings, that an ending covers."""
    if subject.kind == "tenant":
        after: str | None = ""
        while after is not None:
            with context.vault.database.transaction(tenant) as tx:
                page, after = iterate_subjects(tx, after=after, limit=_PAGE)
            yield from page
        return
    yield subject
    if subject.kind == "call":
        with context.vault.database.transaction(tenant) as tx:
            recordings = list_recordings(tx, call=CallId(subject.id))
        yield from (Subject(kind="recording", id=recording.id) for recording in recordings)


def _judge(context: StepContext, tenant: TenantId, subject: Subject) -> int:
    try:
        return redecide_subject(context, tenant, subject)
    except NotFound:
        log().error("retention.cannot_judge", tenant=tenant, **{subject.kind: subject.id})
        return 0


def _purge(context: StepContext, tenant: TenantId, subject: Subject) -> dict[str, int]:
    """Purge one; what fails here keeps no other from being purged, and is told."""
    try:
        return _told(purge_subject(context, tenant, subject))
    except PipelineError as error:
        log().error("retention.failed", tenant=tenant, **{subject.kind: subject.id}, error=type(error).__name__)
        return {"failed": 1}


def _told(receipt: Receipt) -> dict[str, int]:
    is_purged = bool(receipt["is_done"] and receipt["purge"])
    return {"purged": int(is_purged), "objects": int(receipt["objects"]), "held": int(receipt["held"])}


def _follow(context: StepContext, tenant: TenantId) -> int:
    """Take up what vendors no longer list, and certify it: a further edition says that nothing is listed any more."""
    gone = 0
    with context.vault.database.transaction(tenant) as tx:
        followed = list_followed(tx)
    for name in followed:
        with context.vault.database.transaction(tenant) as tx:
            purge = get_purge(tx, name)
            items = list_items(tx, name, kind=ItemKind.METADATA, state=ItemState.FOLLOWED)
        states = [destroy(context, tenant, purge, item) for item in items]
        if purge.state is PurgeState.DONE and ItemState.GONE in states:
            certify(context, tenant, purge)
            gone += 1
    return gone


def _tell_reviews(context: StepContext, tenant: TenantId) -> Counter[str]:
    """Say loudly what is kept without an end and without a justification for longer than the grace."""
    with context.vault.database.transaction(tenant) as tx:
        today = tx.now.date()
        due = list_reviews_due(tx, on=today)
        late = list_reviews_due(tx, on=today - REVIEW_GRACE)
        for found in late:
            facts: Facts = {"kind": found.kind, "count": found.count, "since": found.since.isoformat()}
            add_event(tx, AuditTag.KEEPING_UNJUSTIFIED, actor="system", target=tenant, facts=facts)
    for found in late:
        log().error("retention.unjustified", tenant=tenant, kind=found.kind, count=found.count)
    return Counter(reviews_due=sum(f.count for f in due), unjustified=sum(f.count for f in late))
