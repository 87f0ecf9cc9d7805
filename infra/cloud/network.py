"""The network: the balancer is the one thing that the world reaches, and by port 443 alone.

Machines have no address of their own. They go out through a gateway, for vendors stand at no fixed addresses; to AWS
itself they go through endpoints, so artifacts never cross the internet. The database can go nowhere.
"""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.cloud.plan import Plan

WEB_PORT = 8300
DATABASE_PORT = 5432


class Network(Construct):
    """Subnets, endpoints, and one security group a part: `balancer`, `web`, `worker`, `database`."""

    def __init__(self, scope: Construct, name: str, *, plan: Plan, key: kms.IKey) -> None:
        super().__init__(scope, name)
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            max_azs=2,
            nat_gateways=2,
            subnet_configuration=[
                ec2.SubnetConfiguration(
                    name="edge", subnet_type=ec2.SubnetType.PUBLIC, cidr_mask=24, map_public_ip_on_launch=False
                ),
                ec2.SubnetConfiguration(name="machines", subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS, cidr_mask=22),
                ec2.SubnetConfiguration(name="database", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=24),
            ],
        )
        self._flow_logs(plan, key)
        self.balancer = self._group("balancer", "what the world reaches")
        self.web = self._group("web", "the web app")
        self.worker = self._group("worker", "workers and operators")
        self.database = self._group("database", "PostgreSQL")
        self._endpoints = self._group("endpoints", "AWS, without the internet")
        self._open()
        self._reach_aws()

    def _flow_logs(self, plan: Plan, key: kms.IKey) -> None:
        group = logs.LogGroup(
            self, "Flows", retention=retention(plan), encryption_key=key,
            removal_policy=RemovalPolicy.RETAIN,
        )  # fmt: skip
        role = iam.Role(self, "FlowRole", assumed_by=iam.ServicePrincipal("vpc-flow-logs.amazonaws.com"))
        self.vpc.add_flow_log(
            "All", destination=ec2.FlowLogDestination.to_cloud_watch_logs(group, role),
            traffic_type=ec2.FlowLogTrafficType.ALL,
        )  # fmt: skip

    def _group(self, name: str, what: str) -> ec2.SecurityGroup:
        return ec2.SecurityGroup(
            self, name.title(), vpc=self.vpc, description=f"Earmark: {what}", allow_all_outbound=False
        )

    def _open(self) -> None:
        """Open exactly what is needed, each way named."""
        to_web, to_database, tls = ec2.Port.tcp(WEB_PORT), ec2.Port.tcp(DATABASE_PORT), ec2.Port.tcp(443)
        self.balancer.add_ingress_rule(ec2.Peer.any_ipv4(), tls, "the world, by TLS")
        self.balancer.add_egress_rule(self.web, to_web, "requests")
        self.web.add_ingress_rule(self.balancer, to_web, "requests")
        for group in (self.web, self.worker):
            group.add_egress_rule(self.database, to_database, "rows")
            self.database.add_ingress_rule(group, to_database, "rows")
            group.add_egress_rule(ec2.Peer.any_ipv4(), tls, "vendors and AWS, by TLS")
            self._endpoints.add_ingress_rule(group, tls, "AWS")
        self.worker.add_egress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(587), "the mail server, by STARTTLS")

    def _reach_aws(self) -> None:
        self.vpc.add_gateway_endpoint("S3", service=ec2.GatewayVpcEndpointAwsService.S3)
        known = ec2.InterfaceVpcEndpointAwsService
        wanted = {
            "Kms": known.KMS, "Sts": known.STS, "Secrets": known.SECRETS_MANAGER, "Logs": known.CLOUDWATCH_LOGS,
            "Images": known.ECR, "ImageLayers": known.ECR_DOCKER,
        }  # fmt: skip
        for name, service in wanted.items():
            self.vpc.add_interface_endpoint(
                name, service=service, security_groups=[self._endpoints], open=False,
                subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
            )  # fmt: skip


def retention(plan: Plan) -> logs.RetentionDays:
    """Say how long a log group keeps its lines."""
    return logs.RetentionDays[_days(plan.log_days)]


def _days(days: int) -> str:
    names = {30: "ONE_MONTH", 60: "TWO_MONTHS", 90: "THREE_MONTHS", 180: "SIX_MONTHS", 365: "ONE_YEAR"}
    if days not in names:
        raise ValueError(f"logs are kept {', '.join(map(str, names))} days, not {days}")
    return names[days]
