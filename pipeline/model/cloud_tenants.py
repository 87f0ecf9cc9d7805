"""Whether roles keep tenants apart: a tenant's role opens that tenant's things alone, a process by itself no tenant's.

A tenant's role is taken with a session tag that names the tenant; its policies go by that tag. Requests of two made-up
tenants are put to the policies, so that however they are written, what they allow is what is judged.

Source: AWS IAM user guide, "IAM tutorial: Define permissions to access AWS resources based on tags" (2026-11-28).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pipeline.model.cloud import CloudFinding, listed, statements
from pipeline.model.cloud_roles import Asked, Role, is_allowed, is_allowed_by, role_finding

TENANT_TAG: Final = "earmark-tenant"
"""The tag of sessions, and of each tenant's KMS keys."""

_TAGGED: Final = f"aws:PrincipalTag/{TENANT_TAG}"
_ONE, _OTHER = "acme", "acme-2"
_OBJECT_ACTIONS: Final = ("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:PutObjectTagging",
                          "s3:PutObjectLegalHold", "s3:DeleteObject", "s3:DeleteObjectVersion")  # fmt: skip
_LIST_ACTIONS: Final = ("s3:ListBucket", "s3:ListBucketVersions")
_DATA_ACTIONS: Final = (
    "kms:Decrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
)
_KEY_ACTIONS: Final = ("kms:DescribeKey", "kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:UpdateKeyDescription",
                       "kms:CreateAlias", "kms:TagResource")  # fmt: skip


def judge_tenant_role(role: Role) -> Iterator[CloudFinding]:
    """Find where a role that is taken for one tenant reaches another's things, or may be taken without naming one."""
    own = list(_requests(role, of=_ONE))
    for asked in own:
        if is_allowed(role, asked):
            yield role_finding(role, "tenant-session", f"{asked.action} is allowed to a session that names no tenant")
    for asked in _requests(role, of=_OTHER):
        if is_allowed(role, _as_tenant(asked)):
            yield role_finding(role, "tenant-session", f"{asked.action} reaches what is another tenant's")
    for action in ("s3:GetObject", "s3:ListBucketVersions", "kms:Decrypt"):
        if not any(is_allowed(role, _as_tenant(asked)) for asked in own if asked.action == action):
            yield role_finding(role, "tenant-session", f"{action} does not reach even the tenant's own")
    yield from _judge_trust(role)


def judge_process(role: Role) -> Iterator[CloudFinding]:
    """Find where a process reaches a tenant's things by itself, and not by the role it takes for the tenant."""
    for asked in _requests(role, of=_ONE):
        if is_allowed(role, asked):
            yield role_finding(
                role, "tenant-session", f"{asked.action} reaches a tenant's things without a session for it"
            )


def _judge_trust(role: Role) -> Iterator[CloudFinding]:
    """Find where a role may be taken without a tag that names a tenant, with other tags, or by just anybody."""
    named = {f"aws:RequestTag/{TENANT_TAG}": _ONE, "aws:TagKeys": TENANT_TAG}
    forbidden: Mapping[str, Mapping[str, str]] = {
        "without a tenant": {},
        "for a tenant without a name": {**named, f"aws:RequestTag/{TENANT_TAG}": ""},
        "with other tags": {**named, "aws:TagKeys": f"{TENANT_TAG},kind"},
    }
    for how, facts in forbidden.items():
        if _may_take(role, facts):
            yield role_finding(role, "tenant-session", f"it may be taken {how}")
    if not _may_take(role, named):
        yield role_finding(role, "tenant-session", "nobody may take it for a tenant")
    for one in statements(role.trust):
        takers = one.get("Principal")
        known = takers.get("AWS") if isinstance(takers, Mapping) and set(takers) == {"AWS"} else None
        if one.get("Effect") == "Allow" and not _is_one_role(known):
            yield role_finding(role, "tenant-session", "it may be taken by others than one role that is named")


def _may_take(role: Role, facts: Mapping[str, str]) -> bool:
    return is_allowed_by(Asked(action="sts:AssumeRole", resource="*", facts=facts), role.trust)


def _is_one_role(taker: Any) -> bool:
    taken = taker[0] if isinstance(taker, list) and len(taker) == 1 else taker
    return isinstance(taken, str) and "*" not in taken and not taken.endswith(":root") and not taken.isdigit()


def _requests(role: Role, *, of: str) -> Iterator[Asked]:
    """Give requests for things of a tenant: its objects, their names, its key and data, in whatever the role names."""
    buckets, keys = set[str](), set[str]()
    for one in (s for policy in role.policies for s in statements(policy)):
        for resource in listed(one.get("Resource")):
            if any(action.startswith("kms:") for action in listed(one.get("Action"))):
                keys.add(resource.replace(f"${{{_TAGGED}}}", of).replace("*", "1"))
            elif any(action.startswith("s3:") for action in listed(one.get("Action"))):
                buckets.add(resource.split("/")[0])
    for bucket in sorted(buckets):
        at = f"{bucket}/tenants/{of}/2026/11/28/rec/recording.original/name"
        yield from (Asked(action=action, resource=at) for action in _OBJECT_ACTIONS)
        within = {"s3:prefix": f"tenants/{of}/2026/"}
        yield from (Asked(action=action, resource=bucket, facts=within) for action in _LIST_ACTIONS)
    tagged = {f"aws:ResourceTag/{TENANT_TAG}": of, f"aws:RequestTag/{TENANT_TAG}": of, "aws:TagKeys": TENANT_TAG}
    for key in sorted(keys):
        bound = {**tagged, "kms:EncryptionContext:tenant": of}
        yield from (Asked(action=action, resource=key, facts=bound) for action in _DATA_ACTIONS)
        yield from (Asked(action=action, resource=key, facts=tagged) for action in _KEY_ACTIONS)


def _as_tenant(asked: Asked) -> Asked:
    """Have a request made by a session that was taken for the one tenant; it may ask for its own tag alone."""
    mine = {_TAGGED: _ONE}
    if f"aws:RequestTag/{TENANT_TAG}" in asked.facts:
        mine[f"aws:RequestTag/{TENANT_TAG}"] = _ONE
    return Asked(action=asked.action, resource=asked.resource, facts={**asked.facts, **mine})
