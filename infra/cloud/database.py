"""PostgreSQL, and the secrets that processes reach it with.

Its owner runs migrations and nothing else. Web app and workers connect as `earmark_app`, which owns nothing, is no
superuser and does not pass by row policies; what they read across tenants, they read as `earmark_app_system`. The
workers' engine works as `earmark_app_engine`. The migration makes those roles so.
"""

from __future__ import annotations

from aws_cdk import Duration, Fn, RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_rds as rds
from aws_cdk import aws_secretsmanager as secrets
from constructs import Construct

from infra.cloud.network import DATABASE_PORT, Network, retention
from infra.cloud.plan import Plan

NAME = "earmark"
OWNER = "earmark_owner"
APP = "earmark_app"
SYSTEM = "earmark_app_system"
ENGINE = "earmark_app_engine"
BACKUP_DAYS = 14
"""How long a copy of a purged row still lies in a backup; the purge ledger is applied after each restore."""

_PARAMETERS = {
    "rds.force_ssl": "1",
    "log_parameter_max_length": "0",  # what a statement was given may be a caller's number
    "log_parameter_max_length_on_error": "0",
    "log_min_error_statement": "panic",  # the statement of an error may quote a row
    "log_error_verbosity": "terse",
    "log_connections": "1",
    "log_disconnections": "1",
}


class PostgreSql(Construct):
    """One instance with a standby in another zone, and an address for each role, each a secret."""

    def __init__(self, scope: Construct, name: str, *, plan: Plan, network: Network, key: kms.IKey) -> None:
        super().__init__(scope, name)
        engine = rds.DatabaseInstanceEngine.postgres(version=rds.PostgresEngineVersion.of("18.6", "18"))
        passwords = {who: self._password(who, key) for who in (OWNER, APP, SYSTEM, ENGINE)}
        self.instance = rds.DatabaseInstance(
            self,
            "Instance",
            engine=engine,
            instance_identifier=NAME,
            credentials=rds.Credentials.from_password(OWNER, passwords[OWNER].secret_value),
            database_name=NAME,
            instance_type=ec2.InstanceType.of(ec2.InstanceClass.M7G, ec2.InstanceSize.LARGE),
            vpc=network.vpc,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
            security_groups=[network.database],
            port=DATABASE_PORT,
            multi_az=True,
            publicly_accessible=False,
            allocated_storage=100,
            max_allocated_storage=2000,
            storage_type=rds.StorageType.GP3,
            storage_encrypted=True,
            storage_encryption_key=key,
            backup_retention=Duration.days(BACKUP_DAYS),
            copy_tags_to_snapshot=True,
            deletion_protection=True,
            removal_policy=RemovalPolicy.RETAIN,
            auto_minor_version_upgrade=True,
            cloudwatch_logs_exports=["postgresql"],
            enable_performance_insights=True,
            performance_insight_encryption_key=key,
            monitoring_interval=Duration.seconds(60),
            parameter_group=rds.ParameterGroup(self, "Parameters", engine=engine, parameters=_PARAMETERS),
            ca_certificate=rds.CaCertificate.RDS_CA_RSA2048_G1,
        )
        self.instance.node.add_dependency(self._log_group(plan, key))
        self.app_url = self._url(APP, passwords[APP], key)
        self.system_url = self._url(SYSTEM, passwords[SYSTEM], key)
        self.engine_url = self._url(ENGINE, passwords[ENGINE], key)
        self.owner_url = self._url(OWNER, passwords[OWNER], key)

    def _log_group(self, plan: Plan, key: kms.IKey) -> logs.LogGroup:
        """Make the log group before RDS does, which would keep its lines for ever."""
        return logs.LogGroup(
            self, "Log", log_group_name=f"/aws/rds/instance/{NAME}/postgresql", retention=retention(plan),
            encryption_key=key, removal_policy=RemovalPolicy.RETAIN,
        )  # fmt: skip

    def _password(self, who: str, key: kms.IKey) -> secrets.Secret:
        return secrets.Secret(
            self,
            f"Password-{who}",
            description=f"Earmark: password of the database role {who}",
            encryption_key=key,
            removal_policy=RemovalPolicy.RETAIN,
            generate_secret_string=secrets.SecretStringGenerator(password_length=48, exclude_punctuation=True),
        )

    def _url(self, who: str, password: secrets.Secret, key: kms.IKey) -> secrets.CfnSecret:
        """Put an address together where it is deployed: the template holds a reference and no password."""
        where = self.instance.db_instance_endpoint_address
        url = Fn.join("", [
            f"postgresql+psycopg://{who}:", password.secret_value.unsafe_unwrap(), "@", where,
            f":{DATABASE_PORT}/{NAME}?sslmode=require",
        ])  # fmt: skip
        made = secrets.CfnSecret(
            self,
            f"Url-{who}",
            description=f"Earmark: address of the database for the role {who}",
            kms_key_id=key.key_arn,
            secret_string=url,
        )
        made.apply_removal_policy(RemovalPolicy.RETAIN)
        return made
