from __future__ import annotations

from typing import Any

import pytest

from pipeline.model.cloud_roles import Asked, Role, is_allowed, judge_reviewer, judge_role, judge_trainer

VAULT = "arn:aws:s3:::vault"
ELIGIBLE = "s3:ExistingObjectTag/training-eligible"
TENANT = "s3:ExistingObjectTag/tenant"
KIND = "s3:ExistingObjectTag/kind"
TAGGED = "aws:PrincipalTag/earmark-tenant"
READ = ["s3:GetObject", "s3:GetObjectVersion"]


def a_role(*statements: dict[str, Any]) -> Role:
    return Role(name="one", policies=[{"Statement": list(statements)}])


def allow(action: Any, resource: Any = f"{VAULT}/*", **condition: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, "Condition": condition}


def deny(action: Any, resource: Any = f"{VAULT}/*", **condition: Any) -> dict[str, Any]:
    return {**allow(action, resource, **condition), "Effect": "Deny"}


def reader(tag: str, value: Any) -> list[dict[str, Any]]:
    return [
        allow(READ, f"{VAULT}/tenants/acme/*", StringEquals={tag: value, TENANT: "acme"}),
        deny(READ, StringNotEquals={tag: value}),
        deny(READ, StringNotEquals={TENANT: "acme"}),
    ]


TRAINER = reader(ELIGIBLE, "true")
REVIEWER = reader(KIND, ["recording.redacted", "transcript.redacted"])


@pytest.mark.parametrize(
    ("statements", "facts", "expected"),
    [
        ([], {}, False),
        ([allow("s3:GetObject")], {}, True),
        ([allow("s3:getobject")], {}, True),
        ([allow("s3:PutObject")], {}, False),
        ([allow("s3:Get*")], {}, True),
        ([allow("s3:GetObject", "arn:aws:s3:::other/*")], {}, False),
        ([allow("s3:GetObject"), deny("s3:*")], {}, False),
        ([allow("s3:GetObject", StringEquals={ELIGIBLE: "true"})], {ELIGIBLE: "true"}, True),
        ([allow("s3:GetObject", StringEquals={ELIGIBLE: "true"})], {ELIGIBLE: "True"}, False),
        ([allow("s3:GetObject", StringEquals={ELIGIBLE: "true"})], {}, False),
        ([allow("s3:GetObject"), deny("s3:GetObject", StringNotEquals={ELIGIBLE: "true"})], {}, False),
        ([allow("s3:GetObject"), deny("s3:GetObject", StringNotEquals={ELIGIBLE: "true"})], {ELIGIBLE: "true"}, True),
        ([allow("s3:GetObject", StringLike={KIND: "recording.*"})], {KIND: "recording.redacted"}, True),
        ([allow("s3:GetObject", Null={KIND: "false"})], {}, False),
        ([allow("s3:GetObject", Null={KIND: "true"})], {}, True),
        ([allow("s3:GetObject", DateLessThan={KIND: "2026"})], {KIND: "2025"}, False),
        ([allow("s3:GetObject"), deny("s3:GetObject", DateLessThan={KIND: "2026"})], {}, False),
        ([allow("s3:GetObject", f"{VAULT}/tenants/${{{TAGGED}}}/*")], {TAGGED: "acme"}, True),
        ([allow("s3:GetObject", f"{VAULT}/tenants/${{{TAGGED}}}/*")], {TAGGED: "acm"}, False),
        ([allow("s3:GetObject", f"{VAULT}/tenants/${{{TAGGED}}}/*")], {}, False),
        ([allow("s3:GetObject", StringEquals={KIND: f"${{{TAGGED}}}"})], {TAGGED: "acme", KIND: "acme"}, True),
        ([allow("s3:GetObject", StringEquals={KIND: f"${{{TAGGED}}}"})], {TAGGED: "acme", KIND: "bolt"}, False),
        ([allow("s3:GetObject", StringEquals={KIND: f"${{{TAGGED}}}"})], {KIND: f"${{{TAGGED}}}"}, False),
        ([allow("s3:GetObject", StringEqualsIfExists={KIND: "a"})], {}, True),
        ([allow("s3:GetObject", StringEqualsIfExists={KIND: "a"})], {KIND: "b"}, False),
        ([allow("s3:GetObject", **{"ForAllValues:StringEquals": {KIND: ["a", "b"]}})], {KIND: "a,b"}, True),
        ([allow("s3:GetObject", **{"ForAllValues:StringEquals": {KIND: ["a"]}})], {KIND: "a,b"}, False),
        ([allow("s3:GetObject", **{"ForAllValues:StringEquals": {KIND: ["a"]}})], {}, True),
    ],
)
def test_a_request_is_judged_as_iam_judges_it(
    statements: list[dict[str, Any]], facts: dict[str, str], expected: bool
) -> None:
    asked = Asked(action="s3:GetObject", resource=f"{VAULT}/tenants/acme/x", facts=facts)
    assert is_allowed(a_role(*statements), asked) is expected


def test_a_trainers_and_a_reviewers_role_as_they_should_be_are_sound() -> None:
    for statements, judge in ((TRAINER, judge_trainer), (REVIEWER, judge_reviewer)):
        assert list(judge(a_role(*statements))) == []
        assert list(judge_role(a_role(*statements))) == []


@pytest.mark.parametrize(
    ("statements", "says"),
    [
        ([allow(READ, f"{VAULT}/tenants/acme/*")], "whose tag training-eligible is false"),
        (TRAINER[:1], "nothing denies training-eligible=false"),
        ([allow(READ, f"{VAULT}/tenants/acme/*", StringEquals={ELIGIBLE: "true"}), TRAINER[1]], "another tenant"),
        ([TRAINER[0], TRAINER[1], TRAINER[2], allow("s3:*", VAULT + "/tenants/other/*")], "names no tenant"),
        ([allow(READ, f"{VAULT}/tenants/*", StringEquals={ELIGIBLE: "true"})], "names no tenant"),
        (TRAINER[1:], "names no tenant"),
        ([*TRAINER, deny(READ)], "cannot read even what is tagged"),
        (
            [TRAINER[0], deny(READ, StringNotEqualsIfExists={ELIGIBLE: ["true", "false"]}), TRAINER[2]],
            "nothing denies training-eligible=false",
        ),
    ],
)
def test_a_trainers_role_that_reads_too_much_is_found(statements: list[dict[str, Any]], says: str) -> None:
    assert any(says in finding.says for finding in judge_trainer(a_role(*statements)))


def test_a_reviewers_role_that_opens_an_original_is_found() -> None:
    wide = reader(KIND, ["recording.redacted", "recording.original"])
    assert any("kind is recording.original" in finding.says for finding in judge_reviewer(a_role(*wide)))


@pytest.mark.parametrize(
    "statement",
    [
        allow("*"),
        allow("s3:*"),
        allow(["s3:GetObject", "kms:*"]),
        {"Effect": "Allow", "NotAction": "iam:*", "Resource": f"{VAULT}/*"},
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"},
        {"Effect": "Allow", "Action": "s3:GetObject", "NotResource": VAULT},
    ],
)
def test_a_role_that_may_do_anything_is_found(statement: dict[str, Any]) -> None:
    assert [finding.rule for finding in judge_role(a_role(statement))] == ["least-privilege"]
    assert list(judge_role(a_role({**statement, "Effect": "Deny"}))) == []
