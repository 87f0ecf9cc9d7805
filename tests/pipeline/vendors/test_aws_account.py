from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.core.authorization import enable_iam_authentication

from pipeline.model.cloud import judge_bucket, judge_database, judge_key
from pipeline.model.cloud_roles import judge_role, judge_trainer
from pipeline.vendors.aws_account import AwsAccount, AwsSettings
from pipeline.vendors.s3_lifecycle import RULES
from tests.pipeline.model.test_cloud import TLS_ONLY
from tests.pipeline.model.test_cloud_roles import TRAINER
from tests.pipeline.vendors.contracts.cloud import CloudContract
from tests.seaweedfs import free_ports

REGION = "eu-central-1"
ASKING = AwsSettings(region=REGION, access_key="key", secret_key="a-secret", timeout_s=5)
VAULT: Any = {"Bucket": "vault"}


ACCOUNT = AwsAccount(ASKING)
"""One for all tests: each of its clients is slow to make. Whatever is in force when it asks answers it."""

NOBODY = AwsAccount(replace(ASKING, endpoint_url=f"http://127.0.0.1:{free_ports(1)[0]}"))


@cache
def client(service: Any) -> Any:
    return boto3.client(service, region_name=REGION, aws_access_key_id="key", aws_secret_access_key="a-secret")


@pytest.fixture
def account() -> Iterator[AwsAccount]:
    with mock_aws():
        yield ACCOUNT


class TestAwsAccount(CloudContract):
    @pytest.fixture
    def unreachable(self) -> AwsAccount:
        return NOBODY

    @pytest.fixture
    def refused(self) -> Iterator[AwsAccount]:
        with mock_aws(), enable_iam_authentication():  # of which no user is known
            yield ACCOUNT


def make_vault() -> Any:
    s3 = client("s3")
    s3.create_bucket(**VAULT, CreateBucketConfiguration={"LocationConstraint": REGION}, ObjectLockEnabledForBucket=True)
    s3.put_bucket_versioning(**VAULT, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_lifecycle_configuration(**VAULT, LifecycleConfiguration={"Rules": list(RULES)})
    s3.put_bucket_policy(**VAULT, Policy=json.dumps({"Version": "2012-10-17", "Statement": [TLS_ONLY]}))
    blocks = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    s3.put_public_access_block(**VAULT, PublicAccessBlockConfiguration=dict.fromkeys(blocks, True))
    sse = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]}
    s3.put_bucket_encryption(**VAULT, ServerSideEncryptionConfiguration=sse)
    return s3


def rules_of(account: AwsAccount) -> set[str]:
    return {finding.rule for finding in judge_bucket(account.describe_bucket("vault", holds_artifacts=True))}


def test_a_bucket_that_is_as_it_should_be_is_sound(account: AwsAccount) -> None:
    make_vault()
    assert rules_of(account) == set()


def test_a_bucket_that_nobody_set_up_lacks_everything(account: AwsAccount) -> None:
    client("s3").create_bucket(**VAULT, CreateBucketConfiguration={"LocationConstraint": REGION})
    assert rules_of(account) >= {
        "versioning", "object-lock", "public-access-block", "tls-only", "lifecycle-due", "lifecycle-markers",
        "lifecycle-uploads",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("call", "given", "rule"),
    [
        ("put_bucket_versioning", {"VersioningConfiguration": {"Status": "Suspended"}}, "versioning"),
        ("delete_public_access_block", {}, "public-access-block"),
        ("delete_bucket_policy", {}, "tls-only"),
        ("delete_bucket_lifecycle", {}, "lifecycle-due"),
    ],
)
def test_what_somebody_took_off_by_hand_is_found(
    account: AwsAccount, call: str, given: dict[str, Any], rule: str
) -> None:
    getattr(make_vault(), call)(**VAULT, **given)
    assert rule in rules_of(account)


def test_a_key_is_found_by_its_alias_and_one_that_was_destroyed_is_left_out(account: AwsAccount) -> None:
    kms = client("kms")
    made = {name: kms.create_key()["KeyMetadata"]["KeyId"] for name in ("acme", "gone", "off")}
    for name, key in made.items():
        kms.create_alias(AliasName=f"alias/earmark/{name}", TargetKeyId=key)
    kms.schedule_key_deletion(KeyId=made["gone"], PendingWindowInDays=7)
    kms.disable_key(KeyId=made["off"])
    assert account.list_keys("alias/earmark/") == ("alias/earmark/acme", "alias/earmark/off")

    assert [f.rule for f in judge_key(account.describe_key("alias/earmark/acme"))] == ["rotation"]
    kms.enable_key_rotation(KeyId=made["acme"])
    assert list(judge_key(account.describe_key("alias/earmark/acme"))) == []
    assert "enabled" in {f.rule for f in judge_key(account.describe_key("alias/earmark/off"))}


def make_database(**changed: Any) -> None:
    rds = client("rds")
    rds.create_db_parameter_group(DBParameterGroupName="tls", DBParameterGroupFamily="postgres18", Description="tls")
    force = {"ParameterName": "rds.force_ssl", "ParameterValue": "1", "ApplyMethod": "immediate"}
    rds.modify_db_parameter_group(DBParameterGroupName="tls", Parameters=[force])
    given = {
        "DBParameterGroupName": "tls", "StorageEncrypted": True, "PubliclyAccessible": False, "MultiAZ": True,
        "BackupRetentionPeriod": 14, "DeletionProtection": True,
    }  # fmt: skip
    rds.create_db_instance(
        DBInstanceIdentifier="earmark", DBInstanceClass="db.m7g.large", Engine="postgres", AllocatedStorage=100,
        MasterUsername="earmark_owner", MasterUserPassword="not-a-secret", **{**given, **changed},
    )  # fmt: skip


def test_a_database_that_is_as_it_should_be_is_sound(account: AwsAccount) -> None:
    make_database()
    assert list(judge_database(account.describe_database("earmark"))) == []


def test_a_database_without_tls_or_protection_is_found(account: AwsAccount) -> None:
    make_database(DBParameterGroupName="default.postgres18", DeletionProtection=False)
    found = {finding.rule for finding in judge_database(account.describe_database("earmark"))}
    assert found == {"tls-only", "deletion-protection"}


def make_role(name: str, *statements: dict[str, Any]) -> Any:
    iam = client("iam")
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:*"}]}
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document)
    return iam


def test_a_role_has_its_own_policies_and_the_attached_ones(account: AwsAccount) -> None:
    iam = make_role("earmark-training", *TRAINER)
    role = account.describe_role("earmark-training")
    assert list(judge_role(role)) + list(judge_trainer(role)) == []
    assert role.trust["Statement"][0]["Principal"] == {"AWS": "*"}

    wide = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})
    arn = iam.create_policy(PolicyName="wide", PolicyDocument=wide)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="earmark-training", PolicyArn=arn)
    assert {finding.rule for finding in judge_role(account.describe_role("earmark-training"))} == {"least-privilege"}


def test_no_secret_shows_in_the_settings() -> None:
    assert "a-secret" not in repr(ASKING)
