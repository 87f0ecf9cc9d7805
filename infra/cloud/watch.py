"""Who is woken, and by what: alarms on what a caller or an auditor would notice, and one page to look at.

An alarm that cannot be delivered goes to a queue of dead letters, which has an alarm of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_elasticloadbalancingv2 as balancing
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.cloud.database import PostgreSql
from infra.cloud.edge import Edge
from infra.cloud.services import Services

GIB = 1024**3

_EVENTS: Mapping[str, events.EventPattern] = {
    "KeyEnds": events.EventPattern(
        source=["aws.kms"], detail={"eventName": ["ScheduleKeyDeletion", "DisableKey", "PutKeyPolicy"]}
    ),
    "BucketWeakened": events.EventPattern(
        source=["aws.s3"],
        detail={
            "eventName": [
                "DeleteBucketPolicy", "PutBucketPolicy", "PutBucketLifecycle", "DeleteBucketLifecycle",
                "PutBucketVersioning", "PutBucketPublicAccessBlock", "DeleteBucketPublicAccessBlock",
                "PutBucketReplication",
            ]
        },
    ),
    "TaskFailed": events.EventPattern(
        source=["aws.ecs"], detail_type=["ECS Deployment State Change"], detail={"eventName": ["SERVICE_DEPLOYMENT_FAILED"]}
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What is watched."""

    edge: Edge
    services: Services
    database: PostgreSql
    key: kms.IKey
    mail: str


class Watch(Construct):
    """The topic, its dead letters, alarms, events and the dashboard."""

    def __init__(self, scope: Construct, name: str, watched: Watched) -> None:
        super().__init__(scope, name)
        self._watched = watched
        self.undelivered = sqs.Queue(
            self,
            "Undelivered",
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=watched.key,
            enforce_ssl=True,
            retention_period=Duration.days(14),
        )
        self.topic = sns.Topic(self, "Alarms", master_key=watched.key, enforce_ssl=True)
        self.topic.add_subscription(subscriptions.EmailSubscription(watched.mail, dead_letter_queue=self.undelivered))
        self._events()
        self.alarms = self._alarms()
        self._dashboard()

    def _events(self) -> None:
        for name, pattern in _EVENTS.items():
            topic = targets.SnsTopic(self.topic, dead_letter_queue=self.undelivered)
            events.Rule(self, name, event_pattern=pattern, targets=[topic])

    def _alarms(self) -> list[cloudwatch.Alarm]:
        edge, services, instance = self._watched.edge, self._watched.services, self._watched.database.instance
        five = Duration.minutes(5)
        failing = edge.balancer.metrics.http_code_target(balancing.HttpCodeTarget.TARGET_5XX_COUNT, period=five)
        unreached = edge.balancer.metrics.http_code_elb(balancing.HttpCodeElb.ELB_5XX_COUNT, period=five)
        slow = edge.balancer.metrics.target_response_time(statistic="p99", period=five)
        broken = edge.targets.metrics.unhealthy_host_count(period=five)
        letters = self.undelivered.metric_approximate_number_of_messages_visible(period=five)
        return [
            self._alarm("Answers5xx", failing, above=5, says="the web app fails requests"),
            self._alarm("Unreached", unreached, above=5, says="the balancer finds nobody to answer"),
            self._alarm("Slow", slow, above=2, says="one answer in a hundred takes longer than 2 s; a caller hears nothing"),
            self._alarm("WebUnhealthy", broken, above=0, says="a web task does not answer", times=3),
            self._alarm("WebBusy", services.web.metric_cpu_utilization(period=five), above=85, says="the web app is busy", times=3),
            self._alarm("WorkersBusy", services.worker.metric_cpu_utilization(period=five), above=95, says="work waits", times=6),
            self._alarm("WebMemory", services.web.metric_memory_utilization(period=five), above=90, says="the web app runs out of memory"),
            self._alarm("WorkerMemory", services.worker.metric_memory_utilization(period=five), above=90, says="workers run out of memory"),
            self._alarm("DatabaseBusy", instance.metric_cpu_utilization(period=five), above=85, says="PostgreSQL is busy", times=3),
            self._alarm("DatabaseConnections", instance.metric_database_connections(period=five), above=700, says="connections run out"),
            self._alarm("DatabaseFull", instance.metric_free_storage_space(period=five), below=20 * GIB, says="PostgreSQL runs out of space"),
            self._alarm("Undeliverable", letters, above=0, says="an alarm did not arrive"),
        ]  # fmt: skip

    def _alarm(  # an alarm is its metric, its bound on either side, its patience and its words
        self, name: str, metric: cloudwatch.IMetric, *, says: str, above: float | None = None,
        below: float | None = None, times: int = 1,
    ) -> cloudwatch.Alarm:  # fmt: skip
        """Make an alarm. No figures from the balancer mean no calls; no figures from the database mean no database."""
        kinds = cloudwatch.ComparisonOperator
        alarm = cloudwatch.Alarm(
            self,
            name,
            metric=metric,
            threshold=above if below is None else below,  # type: ignore[arg-type]  # one of them is given
            comparison_operator=kinds.GREATER_THAN_THRESHOLD if below is None else kinds.LESS_THAN_THRESHOLD,
            evaluation_periods=times,
            alarm_description=says,
            treat_missing_data=(
                cloudwatch.TreatMissingData.BREACHING
                if name.startswith(("Database", "Web", "Worker"))
                else cloudwatch.TreatMissingData.NOT_BREACHING
            ),
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic))
        alarm.add_ok_action(actions.SnsAction(self.topic))
        return alarm

    def _dashboard(self) -> None:
        edge, services, instance = self._watched.edge, self._watched.services, self._watched.database.instance
        graphs = {
            "Requests": [edge.balancer.metrics.request_count()],
            "Answers, seconds": [edge.balancer.metrics.target_response_time(statistic=s) for s in ("p50", "p99")],
            "Errors": [
                edge.balancer.metrics.http_code_target(balancing.HttpCodeTarget.TARGET_5XX_COUNT),
                edge.balancer.metrics.http_code_elb(balancing.HttpCodeElb.ELB_5XX_COUNT),
            ],
            "Machines, CPU %": [services.web.metric_cpu_utilization(), services.worker.metric_cpu_utilization()],
            "Machines, memory %": [services.web.metric_memory_utilization(), services.worker.metric_memory_utilization()],
            "PostgreSQL, CPU %": [instance.metric_cpu_utilization()],
            "PostgreSQL, connections": [instance.metric_database_connections()],
            "PostgreSQL, free bytes": [instance.metric_free_storage_space()],
        }  # fmt: skip
        dashboard = cloudwatch.Dashboard(self, "Dashboard", default_interval=Duration.hours(6))
        dashboard.add_widgets(cloudwatch.AlarmStatusWidget(alarms=list(self.alarms), title="Alarms", width=24))
        drawn = [cloudwatch.GraphWidget(title=title, left=list(lines), width=12) for title, lines in graphs.items()]
        for start in range(0, len(drawn), 2):
            dashboard.add_widgets(*drawn[start : start + 2])
