"""The processes: web app and workers as services, the operator's command line as a task that is run by hand.

All three are one image. Its root is read only, its user has no name and no rights, and its settings are the same
`EARMARK_` variables as everywhere; what is secret comes from Secrets Manager when a task starts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secrets
from constructs import Construct

from infra.cloud.database import PostgreSql
from infra.cloud.machines import former_statements, operator_statements, web_statements, worker_statements
from infra.cloud.network import WEB_PORT, Network, retention
from infra.cloud.plan import Plan
from infra.cloud.tenants import tenant_role, web_tenant_statements, worker_tenant_statements

USER = "10001:10001"
WORKER_PORT = 9464
"""Where a worker tells its own container, and nobody else, whether it lives."""
_WRITABLE = ("/data", "/tmp")  # noqa: S108  # volumes of the task, empty at its start

type _Statements = Callable[[s3.IBucket, kms.IKey], list[iam.PolicyStatement]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What every process is given."""

    plan: Plan
    image: str
    public_base: str
    bucket: s3.IBucket
    bucket_key: kms.IKey
    key: kms.IKey
    network: Network
    database: PostgreSql


class Services(Construct):
    """The cluster and its three kinds of task."""

    def __init__(self, scope: Construct, name: str, given: Given) -> None:
        super().__init__(scope, name)
        self._given = given
        self.deepgram = secrets.Secret(
            self, "Deepgram", description="Earmark: Deepgram API key; replace the generated value by the real one",
            encryption_key=given.key, removal_policy=RemovalPolicy.RETAIN,
        )  # fmt: skip
        self.cluster = ecs.Cluster(
            self, "Cluster", vpc=given.network.vpc, container_insights_v2=ecs.ContainerInsights.ENABLED
        )
        self.web = self._web()
        self.worker = self._worker()
        self._operator()

    def _web(self) -> ecs.FargateService:
        task = self._task("Web", web_statements, cpu=1024, memory=2048)
        container = self._container(
            task, "web", command=["python", "-m", "webhooks.main"], role="web",
            health=["CMD", "python", "/opt/earmark/healthcheck.py", "web"],
        )  # fmt: skip
        self._takes_tenants("WebTenant", task, container, web_tenant_statements)
        container.add_port_mappings(ecs.PortMapping(container_port=WEB_PORT))
        service = self._service("WebService", task, self._given.network.web, count=self._given.plan.web_tasks)
        scaling = service.auto_scale_task_count(
            min_capacity=self._given.plan.web_tasks, max_capacity=self._given.plan.most_web_tasks
        )
        scaling.scale_on_cpu_utilization("Cpu", target_utilization_percent=50)
        return service

    def _worker(self) -> ecs.FargateService:
        task = self._task("Worker", worker_statements, cpu=4096, memory=16384)
        container = self._container(
            task, "worker", command=["/opt/earmark/worker.sh"], role="worker",
            health=["CMD", "python", "/opt/earmark/healthcheck.py", "worker"],
        )  # fmt: skip
        self._takes_tenants("WorkerTenant", task, container, worker_tenant_statements)
        service = self._service("WorkerService", task, self._given.network.worker, count=self._given.plan.worker_tasks)
        scaling = service.auto_scale_task_count(
            min_capacity=self._given.plan.worker_tasks, max_capacity=self._given.plan.most_worker_tasks
        )
        scaling.scale_on_cpu_utilization("Cpu", target_utilization_percent=70)
        return service

    def _operator(self) -> None:
        """Define the task that migrates and takes tenants on: the one that has the owner's address."""
        task = self._task("Operator", operator_statements, cpu=1024, memory=4096)
        self._container(
            task,
            "operator",
            command=["python", "/opt/earmark/prepare.py", "--database-alone"],
            role="operator",
            health=None,
        )

    def _takes_tenants(
        self, name: str, task: ecs.FargateTaskDefinition, container: ecs.ContainerDefinition, statements: _Statements
    ) -> None:
        """Make the role that a process takes for each tenant, and tell the process of it."""
        role = tenant_role(
            self, name, process=task.task_role, statements=statements(self._given.bucket, self._given.bucket_key)
        )
        if not self._given.plan.tenants_alone:
            for statement in former_statements(self._given.bucket, destroys=name == "WorkerTenant"):
                task.add_to_task_role_policy(statement)
        for setting in ("EARMARK_ARTIFACTS__TENANT_ROLE", "EARMARK_KEYS__TENANT_ROLE"):
            container.add_environment(setting, role.role_arn)

    def _task(
        self,
        name: str,
        statements: _Statements,
        *,
        cpu: int,
        memory: int,
    ) -> ecs.FargateTaskDefinition:
        task = ecs.FargateTaskDefinition(
            self,
            name,
            cpu=cpu,
            memory_limit_mib=memory,
            task_role=iam.Role(
                self, f"{name}Role", role_name=f"earmark-{name.lower()}",
                assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"),
            ),
            volumes=[ecs.Volume(name=path.strip("/")) for path in _WRITABLE],
            runtime_platform=ecs.RuntimePlatform(
                operating_system_family=ecs.OperatingSystemFamily.LINUX, cpu_architecture=ecs.CpuArchitecture.X86_64
            ),
        )  # fmt: skip
        for statement in statements(self._given.bucket, self._given.bucket_key):
            task.add_to_task_role_policy(statement)
        return task

    def _container(
        self, task: ecs.FargateTaskDefinition, name: str, *, command: list[str], role: str, health: list[str] | None
    ) -> ecs.ContainerDefinition:
        group = logs.LogGroup(
            self, f"Log-{name}", retention=retention(self._given.plan), encryption_key=self._given.key,
            removal_policy=RemovalPolicy.RETAIN,
        )  # fmt: skip
        container = task.add_container(
            name,
            image=ecs.ContainerImage.from_registry(self._given.image),
            command=command,
            user=USER,
            readonly_root_filesystem=True,
            stop_timeout=Duration.seconds(110),
            environment=dict(self._environment(role)),
            secrets=dict(self._secrets(role)),
            logging=ecs.LogDrivers.aws_logs(stream_prefix=name, log_group=group),
            health_check=health and ecs.HealthCheck(
                command=health, interval=Duration.seconds(15), timeout=Duration.seconds(5), retries=4,
                start_period=Duration.seconds(120),
            ),
        )  # fmt: skip
        for path in _WRITABLE:
            container.add_mount_points(
                ecs.MountPoint(container_path=path, source_volume=path.strip("/"), read_only=False)
            )
        return container

    def _environment(self, role: str) -> Mapping[str, str]:
        region = Stack.of(self).region
        shared = {
            "EARMARK_DATA_DIR": "/data",
            "EARMARK_ARTIFACTS__STORE": "s3",
            "EARMARK_ARTIFACTS__BUCKET": self._given.bucket.bucket_name,
            "EARMARK_ARTIFACTS__REGION": region,
            "EARMARK_KEYS__KEEPER": "kms",
            "EARMARK_KEYS__REGION": region,
            "EARMARK_WEB__PUBLIC_BASE": self._given.public_base,
        }
        if role == "web":
            return {**shared, "EARMARK_WEB__HOST": "0.0.0.0", "EARMARK_WEB__PORT": str(WEB_PORT)}  # noqa: S104
        if role == "worker":
            shared["EARMARK_WORKER__METRICS_PORT"] = str(WORKER_PORT)
        return {**shared, "EARMARK_WORKER__CONCURRENCY": "4", "EARMARK_LOCAL_ASR__THREADS": "1"}

    def _secrets(self, role: str) -> Mapping[str, ecs.Secret]:
        database = self._given.database
        wanted = {"EARMARK_DATABASE__URL": database.app_url, "EARMARK_DATABASE__SYSTEM_URL": database.system_url}
        if role == "worker":
            wanted["EARMARK_DATABASE__ENGINE_URL"] = database.engine_url
        if role == "operator":
            wanted["EARMARK_DATABASE__OWNER_URL"] = database.owner_url
        found = {
            name: ecs.Secret.from_secrets_manager(
                secrets.Secret.from_secret_attributes(
                    self, f"{role}-{name}", secret_complete_arn=secret.ref, encryption_key=self._given.key
                )
            )
            for name, secret in wanted.items()
        }
        return {**found, "EARMARK_DEEPGRAM__API_KEY": ecs.Secret.from_secrets_manager(self.deepgram)}

    def _service(
        self, name: str, task: ecs.FargateTaskDefinition, group: ec2.ISecurityGroup, *, count: int
    ) -> ecs.FargateService:
        return ecs.FargateService(
            self,
            name,
            cluster=self.cluster,
            task_definition=task,
            desired_count=count,
            min_healthy_percent=100,
            max_healthy_percent=200,
            security_groups=[group],
            assign_public_ip=False,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
            circuit_breaker=ecs.DeploymentCircuitBreaker(enable=True, rollback=True),
            enable_execute_command=False,
            propagate_tags=ecs.PropagatedTagSource.SERVICE,
        )
