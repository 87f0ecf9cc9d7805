"""An AWS account as it is: what S3, KMS, RDS and IAM say of themselves when they are asked. Nothing is changed.

"Not set" is an answer of its own in S3, given as an error; only those codes are read as "not set". Anything else that
goes wrong is raised, so that what could not be looked at is never taken for right.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

from pipeline.model.cloud import Bucket, DatabaseServer, Key
from pipeline.model.cloud_roles import Role
from pipeline.model.errors import NotFound, PipelineError, VendorRefused, VendorUnavailable
from pipeline.ports.transcriber import AuditMeta
from pipeline.vendors.aws_session import asks_once, sign_in

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_rds import RDSClient
    from mypy_boto3_rds.type_defs import DBInstanceTypeDef
    from mypy_boto3_s3 import S3Client

_NOT_SET: Final = frozenset({
    "NoSuchBucketPolicy", "NoSuchLifecycleConfiguration", "NoSuchPublicAccessBlockConfiguration",
    "ObjectLockConfigurationNotFoundError", "ServerSideEncryptionConfigurationNotFoundError",
})  # fmt: skip
_ABSENT: Final = frozenset({"NoSuchBucket", "404", "NotFoundException", "DBInstanceNotFound", "NoSuchEntity"})
_BLOCKS: Final = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsSettings:
    """Which region, and who asks. Without credentials boto3 looks for a role. `endpoint_url` is for stand-ins."""

    region: str
    endpoint_url: str | None = None
    access_key: str | None = None
    secret_key: str | None = field(default=None, repr=False)
    timeout_s: float = 10


class AwsAccount:
    """Fills `pipeline.ports.cloud.CloudAccount` from AWS."""

    def __init__(self, settings: AwsSettings) -> None:
        self.audit = AuditMeta(
            processor="aws",
            data_kind="names of buckets, keys, roles and databases",
            purpose="looking at how they are set",
            region=settings.region,
            policy_url="https://aws.amazon.com/privacy/",
        )
        self._session = sign_in(settings)
        self._common: dict[str, Any] = {
            "endpoint_url": settings.endpoint_url,
            "config": asks_once(connect_s=settings.timeout_s, read_s=settings.timeout_s),
        }

    @cached_property
    def _s3(self) -> S3Client:
        return self._session.client("s3", **self._common)

    @cached_property
    def _kms(self) -> KMSClient:
        return self._session.client("kms", **self._common)

    @cached_property
    def _rds(self) -> RDSClient:
        return self._session.client("rds", **self._common)

    @cached_property
    def _iam(self) -> IAMClient:
        return self._session.client("iam", **self._common)

    def describe_bucket(self, name: str, *, holds_artifacts: bool) -> Bucket:
        """Ask S3 for each of a bucket's settings; what is not set comes as nothing."""
        with _told("HeadBucket"):
            self._s3.head_bucket(Bucket=name)
        versions = _ask(self._s3.get_bucket_versioning, Bucket=name)
        lock = _ask(self._s3.get_object_lock_configuration, Bucket=name).get("ObjectLockConfiguration", {})
        blocks = _ask(self._s3.get_public_access_block, Bucket=name).get("PublicAccessBlockConfiguration", {})
        rules = _ask(self._s3.get_bucket_encryption, Bucket=name).get("ServerSideEncryptionConfiguration", {})
        given = [r.get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm") for r in rules.get("Rules", [])]
        policy = _ask(self._s3.get_bucket_policy, Bucket=name).get("Policy")
        return Bucket(
            name=name,
            holds_artifacts=holds_artifacts,
            is_versioned=versions.get("Status") == "Enabled",
            has_lock=lock.get("ObjectLockEnabled") == "Enabled",
            default_lock=lock.get("Rule", {}).get("DefaultRetention", {}).get("Mode"),
            public_blocks=[bool(blocks.get(block)) for block in _BLOCKS],
            encryption=given[0] if given else None,
            policy=json.loads(policy) if policy else None,
            rules=_ask(self._s3.get_bucket_lifecycle_configuration, Bucket=name).get("Rules", []),
        )

    def list_keys(self, alias_prefix: str) -> tuple[str, ...]:
        """List aliases, a page at a time, and leave out keys whose deletion is scheduled: those were destroyed."""
        with _told("ListAliases"):
            pages = self._kms.get_paginator("list_aliases").paginate()
            names = [alias["AliasName"] for page in pages for alias in page["Aliases"]]
        ours = sorted(name for name in names if name.startswith(alias_prefix))
        return tuple(name for name in ours if not self._state(name).startswith("Pending"))

    def describe_key(self, alias: str) -> Key:
        """Ask KMS for a key's state and whether it rotates."""
        is_enabled = self._state(alias) == "Enabled"
        with _told("GetKeyRotationStatus"):
            key_id = self._kms.describe_key(KeyId=alias)["KeyMetadata"]["KeyId"]
            rotates = self._kms.get_key_rotation_status(KeyId=key_id)["KeyRotationEnabled"] if is_enabled else None
        return Key(name=alias, is_enabled=is_enabled, rotates=rotates)

    def describe_database(self, name: str) -> DatabaseServer:
        """Ask RDS for an instance and the parameters it runs with."""
        with _told("DescribeDBInstances"):
            found = self._rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
        if not found:
            raise NotFound(f"no database server {name}")
        one = found[0]
        return DatabaseServer(
            name=name,
            is_encrypted=one.get("StorageEncrypted"),
            is_public=one.get("PubliclyAccessible"),
            forces_tls=self._forces_tls(one),
            backup_days=one.get("BackupRetentionPeriod"),
            is_protected=one.get("DeletionProtection"),
            has_standby=one.get("MultiAZ"),
        )

    def describe_role(self, name: str) -> Role:
        """Ask IAM for every policy that a role has, and for who may take it."""
        with _told("GetRole"):
            trust = self._iam.get_role(RoleName=name)["Role"].get("AssumeRolePolicyDocument")
            own = [
                n
                for p in self._iam.get_paginator("list_role_policies").paginate(RoleName=name)
                for n in p["PolicyNames"]
            ]
            attached = [
                a["PolicyArn"]
                for page in self._iam.get_paginator("list_attached_role_policies").paginate(RoleName=name)
                for a in page["AttachedPolicies"]
            ]
            documents = [self._iam.get_role_policy(RoleName=name, PolicyName=p)["PolicyDocument"] for p in own]
            for arn in attached:
                version = self._iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
                found = self._iam.get_policy_version(PolicyArn=arn, VersionId=version)
                documents.append(found["PolicyVersion"]["Document"])
        return Role(name=name, policies=[_document(document) for document in documents], trust=_document(trust or {}))

    def _state(self, alias: str) -> str:
        with _told("DescribeKey"):
            return str(self._kms.describe_key(KeyId=alias)["KeyMetadata"]["KeyState"])

    def _forces_tls(self, instance: DBInstanceTypeDef) -> bool:
        """Say whether any group of parameters in use sets rds.force_ssl; a group is looked at whole."""
        with _told("DescribeDBParameters"):
            pages = self._rds.get_paginator("describe_db_parameters")
            return any(
                parameter.get("ParameterName") == "rds.force_ssl" and parameter.get("ParameterValue") == "1"
                for group in instance.get("DBParameterGroups", [])
                for page in pages.paginate(DBParameterGroupName=group["DBParameterGroupName"])
                for parameter in page["Parameters"]
            )


def _document(found: object) -> Mapping[str, Any]:
    return dict(json.loads(found)) if isinstance(found, str) else dict(found)  # type: ignore[call-overload]  # or a mapping


def _ask(call: Any, **arguments: str) -> Mapping[str, Any]:
    """Ask for one setting; an empty answer means that it is not set."""
    try:
        answer: Mapping[str, Any] = call(**arguments)
    except ClientError as error:
        if _code(error) in _NOT_SET:
            return {}
        raise _translated(call.__name__, error) from error
    except BotoCoreError as error:
        raise _unreached(call.__name__, error) from error
    return answer


@contextmanager
def _told(operation: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        raise _translated(operation, error) from error
    except BotoCoreError as error:
        raise _unreached(operation, error) from error


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _translated(operation: str, error: ClientError) -> PipelineError:
    code, status = _code(error), error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _ABSENT:
        return NotFound("there is no such thing in this account and region")
    if status in (408, 429) or status >= 500 or "Throttl" in code:
        return VendorUnavailable("aws", operation, status=status, reason=code)
    return VendorRefused("aws", operation, status=status, reason=code)


def _unreached(operation: str, error: BotoCoreError) -> PipelineError:
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return VendorRefused("aws", operation, reason="no credentials")
    return VendorUnavailable("aws", operation, reason=type(error).__name__)
