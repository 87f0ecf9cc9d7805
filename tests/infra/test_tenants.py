"""What the reviewed roles and the product's own session policies let be done, put together as IAM does.

Only AWS holds anybody to a role that goes by a session's tag. Here requests are put to the policies themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pipeline.model.cloud import listed, statements
from pipeline.model.cloud_roles import Asked, Role, is_allowed, is_allowed_by
from pipeline.model.cloud_tenants import TENANT_TAG, judge_process, judge_tenant_role
from pipeline.model.ids import TenantId
from pipeline.vendors.aws_tenants import Statement, TenantRole
from pipeline.vendors.kms_connect import KmsSettings
from pipeline.vendors.kms_tenants import kms_statements
from pipeline.vendors.s3_connect import S3Settings
from pipeline.vendors.s3_tenants import s3_statements
from tests.infra.template import Property, Spoil, Stacks, found_spoiled, plain, read_stacks, resources, roles

REVIEWED = read_stacks()
ACCOUNT = "111122223333"
KEYS = f"arn:aws:kms:eu-central-1:{ACCOUNT}"
ROLES = {"web": "earmark-web-tenant", "worker": "earmark-worker-tenant"}
ACME, BOLT = TenantId("acme"), TenantId("bolt")
S3_ROLE = TenantRole(arn=f"arn:aws:iam::{ACCOUNT}:role/one")

LOOK = ("s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging", "s3:GetObjectVersionTagging",
        "s3:GetObjectRetention", "s3:GetObjectLegalHold")  # fmt: skip
KEEP = ("s3:PutObject", "s3:PutObjectTagging", "s3:PutObjectVersionTagging", "s3:PutObjectRetention",
        "s3:PutObjectLegalHold")  # fmt: skip
DESTROY = ("s3:DeleteObject", "s3:DeleteObjectVersion")
"""What the adapter of S3 asks for, by what IAM calls it (AWS: "Required permissions for Amazon S3 API operations")."""


def vault() -> str:
    """Give the bucket's ARN as the templates have it."""
    return next(
        resource
        for policy in roles(REVIEWED)[ROLES["web"]].policies
        for one in statements(policy)
        for resource in listed(one["Resource"])
        if one["Sid"] == "List"
    )


def object_requests(process: str, tenant: TenantId) -> Iterator[Asked]:
    """Give what a process asks of S3 for a tenant."""
    for action in (*LOOK, *KEEP, *(DESTROY if process == "worker" else ())):
        yield Asked(action=action, resource=f"BUCKET/tenants/{tenant}/2026/11/28/rec_1/summary/aa")
    for prefix in (f"tenants/{tenant}/", f"tenants/{tenant}/2026/11/28/rec_1/summary/aa"):
        for action in ("s3:ListBucketVersions", "s3:ListBucket"):
            yield Asked(action=action, resource="BUCKET", facts={"s3:prefix": prefix})


def key_requests(process: str, tenant: TenantId) -> Iterator[Asked]:
    """Give what a process asks of KMS for a tenant, the making and the end of its key too."""
    key, alias = f"{KEYS}:key/1234", f"{KEYS}:alias/earmark/{tenant}"
    tagged = {f"aws:ResourceTag/{TENANT_TAG}": tenant}
    born = {f"aws:RequestTag/{TENANT_TAG}": tenant, "aws:TagKeys": TENANT_TAG}
    spec = {"kms:KeySpec": "SYMMETRIC_DEFAULT", "kms:KeyUsage": "ENCRYPT_DECRYPT"}
    bound = {**tagged, "kms:EncryptionContext:tenant": tenant}
    yield from (Asked(action=a, resource=key, facts=bound) for a in ("kms:Decrypt", "kms:GenerateDataKey"))
    yield Asked(action="kms:DescribeKey", resource=key, facts=tagged)
    if process == "worker":
        yield Asked(action="kms:GenerateDataKeyWithoutPlaintext", resource=key, facts=bound)
        done = ("CreateAlias", "UpdateKeyDescription", "EnableKeyRotation", "ScheduleKeyDeletion")
        yield from (Asked(action=f"kms:{action}", resource=key, facts=tagged) for action in done)
        yield from (Asked(action="kms:CreateAlias", resource=at, facts={}) for at in (alias, f"{alias}/2"))
        yield Asked(action="kms:CreateKey", resource="*", facts={**born, **spec})
        yield Asked(action="kms:TagResource", resource=key, facts=born)


def is_let(process: str, session: TenantId, asked: Asked) -> tuple[bool, bool]:
    """Say whether the role lets a session of a tenant do something, and whether the session's own policy does."""
    facts = {**asked.facts, f"aws:PrincipalTag/{TENANT_TAG}": session}
    s3 = s3_statements(S3Settings(bucket="vault", region="eu-central-1"), S3_ROLE, session)
    kms = kms_statements(KmsSettings(region="eu-central-1"), S3_ROLE, session)
    policy: list[Statement] = s3 if asked.action.startswith("s3:") else kms
    by_role, by_session = (
        Asked(action=asked.action, resource=asked.resource.replace("BUCKET", bucket), facts=facts)
        for bucket in (vault(), "arn:aws:s3:::vault")
    )
    return is_allowed(roles(REVIEWED)[ROLES[process]], by_role), is_allowed_by(by_session, {"Statement": policy})


def requests() -> list[tuple[str, str, Callable[[TenantId], Asked]]]:
    found: list[tuple[str, str, Callable[[TenantId], Asked]]] = []
    for process in ROLES:
        for give in (object_requests, key_requests):
            for number, one in enumerate(give(process, ACME)):
                found.append((process, one.action, lambda t, n=number, g=give, p=process: list(g(p, t))[n]))
    return found


@pytest.mark.parametrize(("process", "action", "ask"), requests(), ids=lambda one: one if isinstance(one, str) else "")
def test_a_process_does_for_a_tenant_what_it_must_and_for_another_by_that_session_nothing(
    process: str, action: str, ask: Callable[[TenantId], Asked]
) -> None:
    assert is_let(process, ACME, ask(ACME)) == (True, True)
    assert is_let(process, ACME, ask(BOLT)) == (False, False)
    assert is_let(process, ACME, ask(TenantId("acme-2"))) == (False, False)


def test_the_roles_allow_of_objects_exactly_what_the_adapter_asks_for() -> None:
    wanted = {"web": {*LOOK, *KEEP}, "worker": {*LOOK, *KEEP, *DESTROY}}
    for process, name in ROLES.items():
        allowed = {
            action
            for policy in roles(REVIEWED)[name].policies
            for one in statements(policy)
            for action in listed(one["Action"])
            if action.startswith("s3:")
        }
        assert allowed == wanted[process] | {"s3:ListBucket", "s3:ListBucketVersions"}


def test_data_of_another_tenant_stays_shut_whichever_part_of_the_request_is_right() -> None:
    key, tag, bound = f"{KEYS}:key/1234", f"aws:ResourceTag/{TENANT_TAG}", "kms:EncryptionContext:tenant"
    for facts in ({tag: "bolt", bound: "acme"}, {tag: "acme", bound: "bolt"}, {tag: "acme"}, {bound: "acme"}, {}):
        asked = Asked(action="kms:Decrypt", resource=key, facts=facts)
        assert is_let("worker", ACME, asked) == (False, False)


@pytest.mark.parametrize(
    "facts",
    [{f"aws:ResourceTag/{TENANT_TAG}": "bolt"}, {"aws:ResourceTag/earmark": "installation"}],
    ids=["another tenant's", "the installation's"],
)
def test_no_key_that_is_there_is_made_a_tenants_by_a_tag(facts: dict[str, str]) -> None:
    born = {f"aws:RequestTag/{TENANT_TAG}": "acme", "aws:TagKeys": TENANT_TAG}
    asked = Asked(action="kms:TagResource", resource=f"{KEYS}:key/1234", facts={**born, **facts})
    assert not all(is_let("worker", ACME, asked))


def test_what_rests_in_the_bucket_is_opened_by_way_of_s3_alone() -> None:
    policy = {"Statement": s3_statements(S3Settings(bucket="vault", region="eu-central-1"), S3_ROLE, ACME)}
    for service, expected in (("s3", True), ("ebs", False)):
        facts = {"kms:ViaService": f"{service}.eu-central-1.amazonaws.com"}
        asked = Asked(action="kms:Decrypt", resource=f"{KEYS}:key/1234", facts=facts)
        assert is_allowed_by(asked, policy) is expected


def tenants_are_kept_apart(stacks: Stacks) -> Iterator[str]:
    found = roles(stacks)
    for process, name in ROLES.items():
        yield from (f"{f.place} {f.says}" for f in judge_tenant_role(found[name]))
        yield from (f"{f.place} {f.says}" for f in judge_process(found[f"earmark-{process}"]))


def each_process_takes_its_own_role(stacks: Stacks) -> Iterator[str]:
    ids = {
        given["Properties"]["RoleName"]: f"<{place.split('/')[1]}.Arn>"
        for place, given in resources(stacks, "AWS::IAM::Role")
        if "RoleName" in given["Properties"]
    }
    found = roles(stacks)
    for process, name in ROLES.items():
        takers = {plain(one["Principal"]["AWS"]) for one in statements(found[name].trust)}
        if takers != {ids[f"earmark-{process}"]}:
            yield f"{name} may be taken by {takers}"
    for name, role in found.items():
        taken = {
            t for one in _allowed(role) if "sts:AssumeRole" in listed(one["Action"]) for t in listed(one["Resource"])
        }
        process = name.removeprefix("earmark-")
        if taken != ({ids[ROLES[process]]} if process in ROLES else set()):
            yield f"{name} may take {taken}"


def each_process_is_told_of_its_role(stacks: Stacks) -> Iterator[str]:
    for place, found in resources(stacks, "AWS::ECS::TaskDefinition"):
        for container in found["Properties"]["ContainerDefinitions"]:
            told = {one["Name"]: str(plain(one["Value"])) for one in container["Environment"] if "ROLE" in one["Name"]}
            named = {"web": "WebTenant", "worker": "WorkerTenant"}.get(container["Name"])
            wanted = {"EARMARK_ARTIFACTS__TENANT_ROLE", "EARMARK_KEYS__TENANT_ROLE"} if named else set()
            if set(told) != wanted or not all(named and named in value for value in told.values()):
                yield f"{place} is told {told}"


def _allowed(role: Role) -> Iterator[Any]:
    yield from (one for policy in role.policies for one in statements(policy) if one["Effect"] == "Allow")


def _part(stacks: Stacks, kind: str, named: str) -> Any:
    return next(found["Properties"] for place, found in resources(stacks, kind) if named in place)


def _sid(stacks: Stacks, role: str, sid: str) -> Any:
    policy = _part(stacks, "AWS::IAM::Policy", role)["PolicyDocument"]
    return next(one for one in policy["Statement"] if one["Sid"] == sid)


def _trust(stacks: Stacks, role: str) -> Any:
    return _part(stacks, "AWS::IAM::Role", role)["AssumeRolePolicyDocument"]["Statement"][0]


EVERYTHING = "arn:aws:s3:::vault/*"
WHO = ("AWS", "*"), ("AWS", f"arn:aws:iam::{ACCOUNT}:root"), ("AWS", ACCOUNT), ("Service", "ecs-tasks.amazonaws.com")


def _without(role: str, sid: str, *condition: str) -> Spoil:
    """Take a statement's conditions away, or one kind of them."""

    def spoil(stacks: Stacks) -> None:
        found = _sid(stacks, role, sid)["Condition"]
        for kind in condition or list(found):
            del found[kind]

    return spoil


def _on(role: str, sid: str, resource: str) -> Spoil:
    return lambda s: _sid(s, role, sid).update(Resource=resource)


def _untold(stacks: Stacks) -> None:
    container = _part(stacks, "AWS::ECS::TaskDefinition", "Web")["ContainerDefinitions"][0]
    container["Environment"] = [one for one in container["Environment"] if "KEYS__TENANT" not in one["Name"]]


def _swapped(stacks: Stacks) -> None:
    _trust(stacks, "WorkerTenant")["Principal"] = _trust(stacks, "WebTenant")["Principal"]


SPOILED: list[tuple[Property, Spoil]] = [
    (tenants_are_kept_apart, _on("WebTenantDefault", "Objects", "arn:aws:s3:::vault/tenants/*")),
    (tenants_are_kept_apart, _without("WebTenantDefault", "List")),
    (tenants_are_kept_apart, _without("WebTenantDefault", "TenantData")),
    (tenants_are_kept_apart, _without("WorkerTenantDefault", "TenantKeys")),
    (tenants_are_kept_apart, _on("WorkerTenantDefault", "OwnAliases", f"{KEYS}:alias/*")),
    (tenants_are_kept_apart, _without("WorkerTenantDefault", "TagAtBirth", "StringEqualsIfExists")),
    (tenants_are_kept_apart, _on("WebRole", "ReadCheckpoints", EVERYTHING)),
    (tenants_are_kept_apart, _without("WebRole", "List")),
    (tenants_are_kept_apart, _on("WorkerRole", "EndWhatWasKept", EVERYTHING)),
    (tenants_are_kept_apart, _without("WorkerRole", "AtRest")),
    (tenants_are_kept_apart, lambda s: _trust(s, "WebTenant").pop("Condition")),
    (tenants_are_kept_apart, lambda s: _trust(s, "WebTenant")["Condition"].pop("StringLike")),
    (tenants_are_kept_apart, lambda s: _trust(s, "WebTenant")["Condition"].pop("ForAllValues:StringEquals")),
    *((tenants_are_kept_apart, lambda s, w=w: _trust(s, "WebTenant").update(Principal=dict([w]))) for w in WHO),
    (each_process_takes_its_own_role, _swapped),
    (each_process_takes_its_own_role, _on("WebRole", "TakeTenants", "*")),
    (each_process_is_told_of_its_role, _untold),
]
"""Each property with templates that it must not pass."""


@pytest.mark.parametrize(
    "holds", [tenants_are_kept_apart, each_process_takes_its_own_role, each_process_is_told_of_its_role]
)
def test_it_is_so_in_the_reviewed_templates(holds: Property) -> None:
    assert list(holds(REVIEWED)) == []


@pytest.mark.parametrize(("holds", "spoil"), SPOILED, ids=lambda one: getattr(one, "__name__", "").strip("<>"))
def test_a_spoiled_template_is_found(holds: Property, spoil: Spoil) -> None:
    assert found_spoiled(REVIEWED, holds, spoil) != []
