"""What the world reaches: a balancer that speaks TLS alone, behind a firewall for web requests.

Twilio calls back from many addresses and as fast as calls come, so the limit on requests from one address leaves its
paths out: those are held by signature, and by the product's own limits.
"""

from __future__ import annotations

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_certificatemanager as certificates
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as balancing
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_wafv2 as waf
from constructs import Construct

from infra.cloud.network import WEB_PORT, Network, retention
from infra.cloud.plan import Plan

REQUESTS_IN_5_MINUTES = 2000
_RULES = (
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesSQLiRuleSet",
)
_COUNTED = {"AWSManagedRulesCommonRuleSet": ("SizeRestrictions_BODY",)}
"""Recordings are uploaded through the API: a body above 8 kB is counted and not refused."""


class Edge(Construct):
    """The balancer, its listener and target group, and its firewall."""

    def __init__(  # a construct's own three, and four parts it stands on
        self, scope: Construct, name: str, *, plan: Plan, network: Network, key: kms.IKey, access_logs: s3.IBucket,
        certificate: str,
    ) -> None:  # fmt: skip
        super().__init__(scope, name)
        self.balancer = balancing.ApplicationLoadBalancer(
            self,
            "Balancer",
            vpc=network.vpc,
            internet_facing=True,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
            security_group=network.balancer,
            drop_invalid_header_fields=True,
            desync_mitigation_mode=balancing.DesyncMitigationMode.STRICTEST,
            deletion_protection=True,
            idle_timeout=Duration.seconds(60),
        )
        self.balancer.log_access_logs(access_logs, "balancer")
        self.targets = balancing.ApplicationTargetGroup(
            self,
            "Web",
            vpc=network.vpc,
            port=WEB_PORT,
            protocol=balancing.ApplicationProtocol.HTTP,
            target_type=balancing.TargetType.IP,
            deregistration_delay=Duration.seconds(30),
            # Whether it lives, not whether the database does: ECS would replace every task while PostgreSQL restarts.
            health_check=balancing.HealthCheck(
                path="/healthz", healthy_http_codes="200", interval=Duration.seconds(10), timeout=Duration.seconds(5),
                healthy_threshold_count=2, unhealthy_threshold_count=3,
            ),
        )  # fmt: skip
        self.balancer.add_listener(
            "Tls",
            port=443,
            protocol=balancing.ApplicationProtocol.HTTPS,
            certificates=[
                balancing.ListenerCertificate.from_certificate_manager(
                    certificates.Certificate.from_certificate_arn(self, "Certificate", certificate)
                )
            ],
            ssl_policy=balancing.SslPolicy.RECOMMENDED_TLS,
            default_target_groups=[self.targets],
            open=False,
        )
        self._firewall(plan, key)

    def serve(self, web: ecs.FargateService) -> None:
        """Send requests to the web app."""
        self.targets.add_target(web)

    def _firewall(self, plan: Plan, key: kms.IKey) -> None:
        rules = [_managed(rule, order) for order, rule in enumerate(_RULES)]
        acl = waf.CfnWebACL(
            self,
            "Firewall",
            scope="REGIONAL",
            default_action=waf.CfnWebACL.DefaultActionProperty(allow={}),
            visibility_config=_seen("firewall"),
            rules=[*rules, _limit(len(rules))],
        )
        self.acl = acl
        waf.CfnWebACLAssociation(
            self, "FirewallOfBalancer", resource_arn=self.balancer.load_balancer_arn, web_acl_arn=acl.attr_arn
        )
        group = logs.LogGroup(
            self, "FirewallLog", log_group_name="aws-waf-logs-earmark", retention=retention(plan), encryption_key=key,
            removal_policy=RemovalPolicy.RETAIN,
        )  # fmt: skip
        waf.CfnLoggingConfiguration(
            self,
            "FirewallLogging",
            resource_arn=acl.attr_arn,
            log_destination_configs=[group.log_group_arn],
            redacted_fields=[  # a callback's query, a session and a key are nobody's to read in a log
                waf.CfnLoggingConfiguration.FieldToMatchProperty(query_string={}),
                waf.CfnLoggingConfiguration.FieldToMatchProperty(single_header={"Name": "authorization"}),
                waf.CfnLoggingConfiguration.FieldToMatchProperty(single_header={"Name": "cookie"}),
                waf.CfnLoggingConfiguration.FieldToMatchProperty(single_header={"Name": "x-csrf-token"}),
            ],
        )


def _seen(name: str) -> waf.CfnWebACL.VisibilityConfigProperty:
    """Count what a rule does. Samples of requests are off: a sample shows what was sent."""
    return waf.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=f"earmark-{name}", sampled_requests_enabled=False
    )


def _managed(name: str, order: int) -> waf.CfnWebACL.RuleProperty:
    counted = [
        waf.CfnWebACL.RuleActionOverrideProperty(name=rule, action_to_use=waf.CfnWebACL.RuleActionProperty(count={}))
        for rule in _COUNTED.get(name, ())
    ]
    group = waf.CfnWebACL.ManagedRuleGroupStatementProperty(
        vendor_name="AWS", name=name, rule_action_overrides=counted or None
    )
    return waf.CfnWebACL.RuleProperty(
        name=name,
        priority=order,
        override_action=waf.CfnWebACL.OverrideActionProperty(none={}),
        statement=waf.CfnWebACL.StatementProperty(managed_rule_group_statement=group),
        visibility_config=_seen(name),
    )


def _limit(order: int) -> waf.CfnWebACL.RuleProperty:
    vendors = waf.CfnWebACL.StatementProperty(
        or_statement=waf.CfnWebACL.OrStatementProperty(statements=[_path("/twilio/"), _path("/deepgram/")])
    )
    rate = waf.CfnWebACL.RateBasedStatementProperty(
        aggregate_key_type="IP",
        limit=REQUESTS_IN_5_MINUTES,
        scope_down_statement=waf.CfnWebACL.StatementProperty(
            not_statement=waf.CfnWebACL.NotStatementProperty(statement=vendors)
        ),
    )
    return waf.CfnWebACL.RuleProperty(
        name="TooManyFromOneAddress",
        priority=order,
        action=waf.CfnWebACL.RuleActionProperty(block={}),
        statement=waf.CfnWebACL.StatementProperty(rate_based_statement=rate),
        visibility_config=_seen("limit"),
    )


def _path(beginning: str) -> waf.CfnWebACL.StatementProperty:
    return waf.CfnWebACL.StatementProperty(
        byte_match_statement=waf.CfnWebACL.ByteMatchStatementProperty(
            field_to_match=waf.CfnWebACL.FieldToMatchProperty(uri_path={}),
            positional_constraint="STARTS_WITH",
            search_string=beginning,
            text_transformations=[waf.CfnWebACL.TextTransformationProperty(priority=0, type="NONE")],
        )
    )
