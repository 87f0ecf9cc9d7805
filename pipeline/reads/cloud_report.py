"""Is what is deployed as the template says: every part looked at by its name, and what could not be looked at told.

The rules are the ones that hold the templates (`pipeline.model.cloud`), so that an account is judged as its plan was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from pipeline.model.cloud import CloudFinding, Trouble, judge_bucket, judge_database, judge_key
from pipeline.model.cloud_roles import judge_reviewer, judge_role, judge_trainer
from pipeline.model.cloud_tenants import judge_process, judge_tenant_role
from pipeline.model.errors import NotFound, PipelineError
from pipeline.ports.cloud import CloudAccount

PARTS: Final = ("buckets", "keys", "database", "roles")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """What to look for, by name. The names are the templates' own."""

    buckets: tuple[str, ...]
    log_buckets: tuple[str, ...] = ()
    keys: str = "alias/earmark/"
    database: str = "earmark"
    roles: tuple[str, ...] = ("earmark-operator",)
    processes: tuple[str, ...] = ("earmark-web", "earmark-worker")
    tenants: tuple[str, ...] = ("earmark-web-tenant", "earmark-worker-tenant")
    trainer: str = "earmark-training"
    reviewer: str = "earmark-reviewer"
    without: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudReport:
    """What was looked at, and what is not as it must be."""

    looked_at: tuple[str, ...]
    findings: tuple[CloudFinding, ...]

    @property
    def is_sound(self) -> bool:
        """Say whether something was looked at and nothing was found."""
        return bool(self.looked_at) and not self.findings


def inspect_cloud(account: CloudAccount, deployed: Deployed) -> CloudReport:
    """Look at every part that is not left out. What does not answer is a finding, and the next is looked at."""
    looked: list[str] = []
    found: list[CloudFinding] = []
    for place, look in _looks(account, deployed):
        looked.append(place)
        try:
            found += look()
        except PipelineError as error:
            says = "it is not there" if isinstance(error, NotFound) else f"it could not be looked at: {error}"
            found.append(CloudFinding(place=place, rule="looked-at", says=says, trouble=Trouble.UNKNOWN))
    return CloudReport(looked_at=tuple(looked), findings=tuple(found))


type _Look = Callable[[], list[CloudFinding]]


def _looks(account: CloudAccount, deployed: Deployed) -> Iterator[tuple[str, _Look]]:
    for name in deployed.buckets + deployed.log_buckets if "buckets" not in deployed.without else ():
        yield f"bucket {name}", _bucket(account, name, holds_artifacts=name in deployed.buckets)
    if "keys" not in deployed.without:
        yield from _keys(account, deployed.keys)
    if "database" not in deployed.without:
        yield (
            f"database {deployed.database}",
            lambda: list(judge_database(account.describe_database(deployed.database))),
        )
    for name in _role_names(deployed) if "roles" not in deployed.without else ():
        yield f"role {name}", _role(account, deployed, name)


def _role_names(deployed: Deployed) -> tuple[str, ...]:
    return (*deployed.processes, *deployed.roles, *deployed.tenants, deployed.trainer, deployed.reviewer)


def _bucket(account: CloudAccount, name: str, *, holds_artifacts: bool) -> _Look:
    return lambda: list(judge_bucket(account.describe_bucket(name, holds_artifacts=holds_artifacts)))


def _keys(account: CloudAccount, prefix: str) -> Iterator[tuple[str, _Look]]:
    """Look at each key that is there. No key at all is a finding: then nothing was looked at."""
    try:
        names = account.list_keys(prefix)
    except PipelineError as error:
        yield f"keys {prefix}", _raising(error)
        return
    if not names:
        yield f"keys {prefix}", _raising(NotFound(f"no key's alias begins with {prefix}"))
    for name in names:
        yield f"key {name}", _key(account, name)


def _key(account: CloudAccount, name: str) -> _Look:
    return lambda: list(judge_key(account.describe_key(name)))


def _role(account: CloudAccount, deployed: Deployed, name: str) -> _Look:
    def look() -> list[CloudFinding]:
        role = account.describe_role(name)
        found = list(judge_role(role))
        if name == deployed.trainer:
            found += judge_trainer(role)
        if name == deployed.reviewer:
            found += judge_reviewer(role)
        if name in deployed.processes:
            found += judge_process(role)
        if name in deployed.tenants:
            found += judge_tenant_role(role)
        return found

    return look


def _raising(error: PipelineError) -> _Look:
    def look() -> list[CloudFinding]:
        raise error

    return look
