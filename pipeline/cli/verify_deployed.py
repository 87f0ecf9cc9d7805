"""`earmark verify-deployed`: is a real account as the templates in `infra/` say. It looks, and changes nothing."""

from __future__ import annotations

from dataclasses import asdict, replace

import click

from pipeline.cli.output import as_json_option, show
from pipeline.model.errors import InvalidInput
from pipeline.reads.cloud_report import PARTS, CloudReport, Deployed, inspect_cloud


@click.command("verify-deployed")
@click.option("--region", help="AWS region; without it, EARMARK_ARTIFACTS__REGION.")
@click.option("--bucket", "buckets", multiple=True, help="Bucket of artifacts; without it, EARMARK_ARTIFACTS__BUCKET.")
@click.option("--log-bucket", "log_buckets", multiple=True, help="Bucket that access logs go to.")
@click.option("--database", default="earmark", show_default=True, help="RDS instance.")
@click.option("--without", "without", multiple=True, type=click.Choice(PARTS), help="Leave a part out, and say so.")
@as_json_option
def command(  # one a flag
    region: str | None,
    buckets: tuple[str, ...],
    log_buckets: tuple[str, ...],
    database: str,
    without: tuple[str, ...],
    as_json: bool,
) -> int:
    """Look at buckets, keys, database and roles; one line for each finding. Exits 1 where there is one.

    What cannot be reached, or these credentials may not see, is a finding too.
    """
    from pipeline.bootstrap import cloud_account
    from pipeline.settings import read_settings

    chosen = read_settings(log_level="error").artifacts
    where = region or chosen.region
    named = buckets or ((chosen.bucket,) if chosen.bucket else ())
    if not where or not (named or "buckets" in without):
        raise InvalidInput(
            "say where: --region and --bucket, or EARMARK_ARTIFACTS__REGION and EARMARK_ARTIFACTS__BUCKET"
        )
    if set(without) == set(PARTS):
        raise InvalidInput("with every part left out there is nothing to look at")
    deployed = replace(Deployed(buckets=named, log_buckets=log_buckets, database=database), without=frozenset(without))
    report = inspect_cloud(cloud_account(where), deployed)
    if as_json:
        show({"is_sound": report.is_sound, "without": sorted(without), **asdict(report)})
    else:
        _print(report, without)
    return 0 if report.is_sound else 1


def _print(report: CloudReport, without: tuple[str, ...]) -> None:
    for finding in report.findings:
        trouble = click.style(finding.trouble.ljust(7), fg="red")
        click.echo(f"{trouble}  {finding.place}  {finding.rule}: {finding.says}")
    left = f"; not looked at: {', '.join(sorted(without))}" if without else ""
    click.echo(f"{len(report.looked_at)} looked at, {len(report.findings)} findings{left}")
