"""`earmark doctor`: is this installation fit to hold recordings. It looks, and changes nothing."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import click

from pipeline.cli.output import as_json_option, show
from pipeline.model.errors import InvalidInput, NotFound, PipelineError
from pipeline.model.ids import TenantId, tenant_id

if TYPE_CHECKING:
    from pipeline.bootstrap import Base
    from pipeline.reads.health_report import Check, Finding
    from pipeline.settings import Settings

type _Checks = list[tuple[str, Check]]

_COLOURS: Final = {"fail": "red", "warn": "yellow", "ok": "green"}


@click.command("doctor")
@click.option("--tenant", help="Look at this tenant, and at what all tenants share.")
@as_json_option
def command(tenant: str | None, as_json: bool) -> int:
    """Say what would lose a call, show it to the wrong person, or needs a lawyer; the worst first."""
    from pipeline.reads.health_report import Verdict, run_checks
    from pipeline.settings import read_settings

    settings = read_settings(log_level="error")
    wanted = tenant_id(tenant) if tenant else None
    with ExitStack() as stack:
        checks = _checks_of_base(stack, settings, wanted)
        findings = run_checks(checks + _checks_of_parts(settings))
    failed = any(finding.verdict is Verdict.FAIL for finding in findings)
    if as_json:
        show({"is_fit": not failed, "checks": [asdict(finding) for finding in findings]})
    else:
        _print(findings)
    return 1 if failed else 0


def _checks_of_base(stack: ExitStack, settings: Settings, wanted: TenantId | None) -> _Checks:
    """Open what is there; an installation that does not open is told like any other fault."""
    from pipeline.bootstrap import name_recognisers, open_base, recordings_of
    from pipeline.bootstrap.adapters import identities
    from pipeline.reads import health_report, tenant_health, tenant_reconciled
    from pipeline.store.condition import read_condition

    try:
        base = stack.enter_context(open_base(settings))
        is_usable = not read_condition(base.database).missing
    except InvalidInput:
        raise
    except PipelineError as error:
        return [("database", health_report.report_fault("database", error))]
    database: _Checks = [("database", lambda: health_report.check_database(base.database))]
    objects: _Checks = [("artifact store", lambda: health_report.check_objects(base.vault.objects))]
    if not is_usable:
        return database + objects
    names = _tenants(base, wanted)
    processors, configured = name_recognisers(settings)
    recognisers = tenant_health.Recognisers(processors=processors, configured=configured)
    vendor = recordings_of(settings)
    tenants: _Checks = [
        ("keys", lambda: tenant_health.check_keys(base.vault, names)),
        ("tenants", lambda: tenant_health.check_tenants(base.vault, names, recognisers, today=base.clock.now().date())),
        (
            "identity",
            lambda: tenant_health.check_identity(
                base.vault, names, identities(base.clock), back_to=settings.web.public_base
            ),
        ),
        ("notices", lambda: tenant_health.check_notices(base.vault, names)),
        ("retention", lambda: tenant_health.check_retention(base.vault, names, today=base.clock.now().date())),
        ("telephony", lambda: tenant_health.check_vendor(base.vault, names, vendor, now=base.clock.now())),
        ("reconciliation", lambda: tenant_reconciled.check_reconciled(base.vault, names, now=base.clock.now())),
    ]
    return database + objects + tenants + _checks_of_accounts(base, settings, names)


def _checks_of_accounts(base: Base, settings: Settings, names: tuple[TenantId, ...]) -> _Checks:
    from pipeline.bootstrap import recordings_of, telephony_of, twilio_line
    from pipeline.decisions.numbers import number_urls
    from pipeline.reads.tenant_telephony import VendorSide, check_accounts

    line = twilio_line(settings)
    side = VendorSide(
        recordings=recordings_of(settings, line),
        telephony=telephony_of(settings, line),
        urls=lambda tenant: number_urls(settings.web.public_base, tenant),
        now=base.clock.now(),
    )
    return [("telephony accounts", lambda: check_accounts(base.vault, names, side))]


def _tenants(base: Base, wanted: TenantId | None) -> tuple[TenantId, ...]:
    from pipeline.store.system_session import list_tenants

    names = list_tenants(base.database)
    if wanted is not None and wanted not in names:
        raise NotFound(f"no tenant {wanted}")
    return names if wanted is None else (wanted,)


def _checks_of_parts(settings: Settings) -> _Checks:
    from pipeline.bootstrap import load_listener, load_transcribers
    from pipeline.reads.health_report import check_law, check_part, check_policies, check_scripts
    from pipeline.redaction.models import load_models

    def name_finders() -> str:
        load_models()
        return "both name finders are the ones that were measured, byte for byte"

    def recognisers() -> str:
        loaded = [*load_transcribers(settings).values(), load_listener(settings)]
        return "ready: " + ", ".join(recogniser.name for recogniser in loaded)

    today = datetime.now(UTC).date()
    return [
        ("models", check_part("models", name_finders)),
        ("recognisers", check_part("recognisers", recognisers)),
        ("policies", check_policies),
        ("law", lambda: check_law(today)),
        ("scripts", check_scripts),
    ]


def _print(findings: tuple[Finding, ...]) -> None:
    width = max(len(finding.check) for finding in findings)
    for finding in findings:
        verdict = click.style(finding.verdict.ljust(4), fg=_COLOURS[finding.verdict])
        click.echo(f"{verdict}  {finding.check.ljust(width)}  {finding.says}")
    if any(finding.details for finding in findings):
        click.echo("--json lists what is only counted here")
