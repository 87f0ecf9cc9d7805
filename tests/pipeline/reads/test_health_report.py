from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.model.errors import StoreDenied
from pipeline.policies.loader import load_matrix
from pipeline.ports.artifacts import StoredObject
from pipeline.reads.health_report import (
    Finding,
    Verdict,
    check_law,
    check_objects,
    check_part,
    check_policies,
    check_scripts,
    report_fault,
    run_checks,
)
from pipeline.vendors.files import FileArtifacts


class LockingStore(FileArtifacts):
    """A bucket whose default lock keeps every object for a day."""

    def put_if_absent(
        self, key: str, body: bytes, *, metadata: Mapping[str, str], tags: Mapping[str, str]
    ) -> StoredObject:
        stored = super().put_if_absent(key, body, metadata=metadata, tags=tags)
        self.lock(key, retain_until=datetime.now(UTC) + timedelta(days=1))
        return stored


def test_the_worst_findings_come_first_and_others_keep_their_order() -> None:
    def check(name: str, verdict: Verdict) -> Iterator[Finding]:
        yield Finding(check=name, verdict=verdict, says="")

    verdicts = {"a": Verdict.OK, "b": Verdict.FAIL, "c": Verdict.WARN, "d": Verdict.OK, "e": Verdict.FAIL}
    found = run_checks([(name, lambda n=name, v=v: check(n, v)) for name, v in verdicts.items()])  # type: ignore[misc]
    assert [finding.check for finding in found] == ["b", "e", "c", "a", "d"]


def test_a_check_that_cannot_be_made_is_a_failure_beside_the_others() -> None:
    fault = StoreDenied("put", reason="AccessDenied")

    def load() -> str:
        raise fault

    found = run_checks([("store", check_part("store", load)), ("database", report_fault("database", fault))])
    assert [(f.check, f.verdict, f.says) for f in found] == [
        ("store", Verdict.FAIL, str(fault)),
        ("database", Verdict.FAIL, str(fault)),
    ]


def test_a_store_that_keeps_its_promises_is_left_as_it_was(tmp_path: Path) -> None:
    objects = FileArtifacts(tmp_path)
    assert [finding.verdict for finding in check_objects(objects)] == [Verdict.OK]
    assert list(objects.list_versions("")) == []


def test_a_store_that_does_not_destroy_is_told_with_what_is_left(tmp_path: Path) -> None:
    objects = LockingStore(tmp_path)
    (finding,) = check_objects(objects)
    assert finding.verdict is Verdict.WARN
    assert [version.key for version in objects.list_versions("")] == list(finding.details)


def test_law_nobody_read_for_a_year_is_counted_and_listed() -> None:
    rows = load_matrix().jurisdictions
    (finding,) = check_law(date(2030, 1, 1))
    assert finding.verdict is Verdict.WARN
    assert f"{len(rows)} not checked for a year" in finding.says
    assert len(finding.details) == len(rows)


@pytest.mark.parametrize("name", ["connekz", "nejix"])
def test_every_packaged_policy_is_named_with_its_version(name: str) -> None:
    (finding,) = check_policies()
    assert finding.verdict is Verdict.OK
    assert name in finding.says


def test_scripts_that_no_lawyer_has_read_are_a_warning() -> None:
    (finding,) = check_scripts()
    assert finding.verdict is Verdict.WARN
    assert "en-US" in finding.details
