"""Is this installation fit to hold recordings: the checks behind `earmark doctor` that belong to no single tenant.

A check looks and puts back; it changes nothing that anybody else could see. What it says names settings, tenants,
places and counts, never a secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from pipeline.model.errors import PipelineError
from pipeline.model.ids import new_id
from pipeline.policies.loader import list_locales, list_policies, load_bundle, load_matrix, load_scripts
from pipeline.ports.artifacts import Artifacts
from pipeline.store.condition import read_condition
from pipeline.store.session import Database

_PROBE: Final = b"earmark doctor was here"


class Verdict(StrEnum):
    """How bad it is; the worst first."""

    FAIL = "fail"
    """Calls are lost, or shown to somebody they should not be shown to, unless it is put right."""
    WARN = "warn"
    """A person should look; nothing is lost."""
    OK = "ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the report. `details` lists what the line only counts."""

    check: str
    verdict: Verdict
    says: str
    details: tuple[str, ...] = ()


type Check = Callable[[], Iterator[Finding]]


def run_checks(checks: list[tuple[str, Check]]) -> tuple[Finding, ...]:
    """Run every check; one that cannot be made is a failure of its own. The worst come first."""
    found = [finding for name, check in checks for finding in _run(name, check)]
    order = list(Verdict)
    return tuple(sorted(found, key=lambda finding: order.index(finding.verdict)))


def _run(name: str, check: Check) -> list[Finding]:
    found: list[Finding] = []
    try:
        found.extend(check())
    except PipelineError as error:
        found.append(Finding(check=name, verdict=Verdict.FAIL, says=str(error)))
    return found


def check_database(database: Database) -> Iterator[Finding]:
    """Is it there, migrated, and are its row policies in force against the app's own role."""
    condition = read_condition(database)
    if condition.missing:
        says = "reachable, but not migrated: set EARMARK_DATABASE__OWNER_URL once and start again"
        yield Finding(check="database", verdict=Verdict.FAIL, says=says, details=condition.missing)
        return
    yield Finding(check="database", verdict=Verdict.OK, says="reachable and migrated")
    faults = (
        *(f"the app's role {power}" for power in condition.powers),
        *(f"rows of {name} are not under a forced policy" for name in condition.unforced),
        *(f"the app's role may change rows of {name}" for name in condition.changeable),
        *(f"the system's role {fault}" for fault in condition.system),
        *(f"the engine's role {fault}" for fault in condition.engine),
    )
    if faults:
        yield Finding(check="row policies", verdict=Verdict.FAIL, says="; ".join(faults[:3]), details=faults)
        return
    if condition.uncontracted:
        says = "still as the release before needs them: set EARMARK_DATABASE__CONTRACT once when none of it runs"
        yield Finding(check="row policies", verdict=Verdict.WARN, says=says, details=condition.uncontracted)
        return
    says = "forced on every table; the app's role owns nothing, bypasses nothing, rewrites no log, names one tenant"
    yield Finding(check="row policies", verdict=Verdict.OK, says=says)


def check_objects(objects: Artifacts) -> Iterator[Finding]:
    """Does the artifact store keep, give back, tag and destroy."""
    key = f"doctor/{new_id('probe')}"
    objects.put_if_absent(key, _PROBE, metadata={"kind": "probe"}, tags={"kind": "probe"})
    try:
        faults = []
        if objects.get(key) != _PROBE:
            faults.append("gives back other bytes than it was given")
        if objects.write_tags(key, {"kind": "probe", "disposition": "purge"}).get("disposition") != "purge":
            faults.append("does not keep tags")
    finally:
        purged = objects.purge(key)
    if faults:
        yield Finding(check="artifact store", verdict=Verdict.FAIL, says="; ".join(faults))
    elif not purged.is_complete:
        says = f"does not destroy: {len(purged.remaining)} versions of a probe are left (a default lock on the bucket?)"
        yield Finding(check="artifact store", verdict=Verdict.WARN, says=says, details=(key,))
    else:
        yield Finding(check="artifact store", verdict=Verdict.OK, says="puts, reads back, tags and destroys")


def check_policies() -> Iterator[Finding]:
    """Does every packaged policy load, each leaf with its clause."""
    bundles = [load_bundle(name) for name in list_policies()]
    says = ", ".join(f"{bundle.id} {bundle.version} ({bundle.digest[:12]})" for bundle in bundles)
    yield Finding(check="policies", verdict=Verdict.OK, says=says)


def check_law(today: date) -> Iterator[Finding]:
    """Which rows of law nobody has read in a source, or not for a year."""
    matrix = load_matrix()
    rows = matrix.to_review(today)
    stale = sum(1 for row in rows if row.is_stale(today))
    memory = sum(1 for row in rows if row.is_from_memory)
    if not rows:
        says = f"all {len(matrix.jurisdictions)} rows read in a source within a year"
        yield Finding(check="law", verdict=Verdict.OK, says=says)
        return
    says = f"of {len(matrix.jurisdictions)} rows {memory} partly from memory, {stale} not checked for a year"
    details = tuple(f"{row.id}: {row.conf}, checked on {row.checked_on}" for row in rows)
    yield Finding(check="law", verdict=Verdict.WARN, says=says, details=details)


def check_scripts() -> Iterator[Finding]:
    """Which announcements no lawyer has read."""
    files = [load_scripts(locale) for locale in list_locales()]
    waiting = tuple(file.locale for file in files if not file.reviewed_by_counsel)
    if waiting:
        says = f"not read by counsel: {', '.join(waiting)}"
        yield Finding(check="scripts", verdict=Verdict.WARN, says=says, details=waiting)
    else:
        yield Finding(check="scripts", verdict=Verdict.OK, says=f"{len(files)} languages, all read by counsel")


def report_fault(name: str, error: PipelineError) -> Check:
    """Make a check of something that has been seen not to work."""

    def check() -> Iterator[Finding]:
        yield Finding(check=name, verdict=Verdict.FAIL, says=str(error))

    return check


def check_part(name: str, load: Callable[[], str]) -> Check:
    """Make a check of something that raises unless it is whole, and says what it is when it is."""

    def check() -> Iterator[Finding]:
        yield Finding(check=name, verdict=Verdict.OK, says=load())

    return check
