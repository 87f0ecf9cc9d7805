from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from pipeline.model.cloud import Bucket, DatabaseServer, Key, Trouble
from pipeline.model.cloud_roles import Role
from pipeline.model.errors import NotFound, PipelineError, VendorRefused, VendorUnavailable
from pipeline.ports.transcriber import AuditMeta
from pipeline.reads.cloud_report import PARTS, CloudReport, Deployed, inspect_cloud
from tests.pipeline.model.test_cloud import SERVER, SOUND
from tests.pipeline.model.test_cloud_roles import REVIEWER, TRAINER, a_role, allow
from tests.pipeline.model.test_cloud_tenants import a_tenant_role

DEPLOYED = Deployed(buckets=("vault",))


@dataclass
class Account:
    """A sound account, but for what is said to go wrong."""

    fails: dict[str, PipelineError] = field(default_factory=dict)
    aliases: Sequence[str] = ("alias/earmark/acme",)
    roles: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    audit: AuditMeta = field(init=False)

    def describe_bucket(self, name: str, *, holds_artifacts: bool) -> Bucket:
        return self._answer("bucket", replace(SOUND, name=name, holds_artifacts=holds_artifacts))

    def list_keys(self, alias_prefix: str) -> tuple[str, ...]:
        return self._answer("keys", tuple(self.aliases))

    def describe_key(self, alias: str) -> Key:
        return self._answer("key", Key(name=alias, is_enabled=True, rotates=True))

    def describe_database(self, name: str) -> DatabaseServer:
        return self._answer("database", SERVER)

    def describe_role(self, name: str) -> Role:
        if name.endswith("-tenant"):
            return self._answer("role", replace(a_tenant_role(), name=name))
        statements = {"earmark-training": TRAINER, "earmark-reviewer": REVIEWER, **self.roles}.get(name, [])
        return self._answer("role", replace(a_role(*statements), name=name))

    def _answer[T](self, what: str, answer: T) -> T:
        if what in self.fails:
            raise self.fails[what]
        return answer


def rules(report: CloudReport) -> set[tuple[str, str, Trouble]]:
    return {(finding.place, finding.rule, finding.trouble) for finding in report.findings}


def test_everything_is_looked_at_and_sound() -> None:
    report = inspect_cloud(Account(), replace(DEPLOYED, log_buckets=("logs",)))
    assert report.is_sound
    assert set(report.looked_at) == {
        "bucket vault", "bucket logs", "key alias/earmark/acme", "database earmark", "role earmark-web",
        "role earmark-worker", "role earmark-operator", "role earmark-web-tenant", "role earmark-worker-tenant",
        "role earmark-training", "role earmark-reviewer",
    }  # fmt: skip


@pytest.mark.parametrize(
    "error",
    [NotFound(), VendorUnavailable("aws", "Get", status=503), VendorRefused("aws", "Get", status=403)],
    ids=["absent", "unreachable", "denied"],
)
@pytest.mark.parametrize("what", ["bucket", "keys", "key", "database", "role"])
def test_what_cannot_be_looked_at_is_a_finding_and_the_rest_is_still_looked_at(what: str, error: PipelineError) -> None:
    report = inspect_cloud(Account(fails={what: error}), DEPLOYED)
    assert not report.is_sound
    assert {trouble for _, _, trouble in rules(report)} == {Trouble.UNKNOWN}
    assert len(report.looked_at) == 10


def test_a_process_that_reaches_tenants_by_itself_is_found() -> None:
    report = inspect_cloud(Account(roles={"earmark-web": [allow("s3:GetObject")]}), DEPLOYED)
    assert rules(report) == {("role earmark-web", "tenant-session", Trouble.BROKEN)}


def test_an_account_without_keys_is_no_sound_one() -> None:
    assert rules(inspect_cloud(Account(aliases=()), DEPLOYED)) == {
        ("keys alias/earmark/", "looked-at", Trouble.UNKNOWN)
    }


def test_what_is_left_out_is_not_asked_for() -> None:
    broken = Account(fails=dict.fromkeys(("database", "role"), NotFound()))
    assert inspect_cloud(broken, replace(DEPLOYED, without=frozenset({"database", "roles"}))).is_sound
    assert not inspect_cloud(broken, replace(DEPLOYED, without=frozenset(PARTS))).is_sound
