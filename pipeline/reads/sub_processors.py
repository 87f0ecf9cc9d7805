"""The page of sub-processors: who receives a tenant's data, for what, where, by which contract, proved until when.

Made from the policy and the registry, so that it says what is enforced and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from typing import Final

from pipeline.model.processor import ProcessorEvidence, evidence_of
from pipeline.model.tenant import Tenant
from pipeline.policies.bundle import Bundle, Processor

_SOON: Final = timedelta(days=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubProcessor:
    """One line of the page. `state` is `proved`, `expires soon`, `expired`, `no evidence` or `no content`."""

    name: str
    purposes: tuple[str, ...]
    regions: tuple[str, ...]
    training_off: str
    contract: str
    keeps: str
    evidence_on: date | None
    expires_on: date | None
    state: str
    clause: str


def list_sub_processors(owner: Tenant, bundle: Bundle, *, today: date) -> tuple[SubProcessor, ...]:
    """List every company that the tenant's policy names, in its order."""
    return tuple(_line(entry, evidence_of(entry.name, owner.registry), today) for entry in bundle.processors.listed)


def to_html(owner: Tenant, bundle: Bundle, lines: Sequence[SubProcessor], *, today: date) -> str:
    """Write the page; it needs neither script nor style from elsewhere."""
    heads = ("Company", "Purposes", "Regions", "Training", "Contract", "Keeps", "Evidence", "State", "Clause")
    rows = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in _cells(line))}</tr>" for line in lines)
    title = escape(f"Sub-processors of {owner.display_name}")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        "<style>body{font:16px/1.5 system-ui;margin:2rem}td,th{padding:.3rem .6rem;text-align:left;"
        "border-bottom:1px solid #ccc;vertical-align:top}</style></head><body>"
        f"<h1>{title}</h1><p>Policy {escape(bundle.id)} {escape(bundle.version)}, as of {today.isoformat()}.</p>"
        f"<table><thead><tr>{''.join(f'<th>{head}</th>' for head in heads)}</tr></thead>"
        f"<tbody>{rows}</tbody></table></body></html>"
    )


def _line(entry: Processor, found: ProcessorEvidence | None, today: date) -> SubProcessor:
    regions = entry.regions if found is None else tuple(r for r in entry.regions if r in found.regions)
    return SubProcessor(
        name=entry.name,
        purposes=entry.purposes,
        regions=regions,
        training_off=entry.training_off if found is None else found.training_off_by,
        contract="-" if found is None else found.contract,
        keeps=_keeps(found),
        evidence_on=None if found is None else found.evidence_on,
        expires_on=None if found is None else found.expires_on,
        state=_state(entry, found, today),
        clause=f"§{entry.clause.section} “{entry.clause.key}”",
    )


def _state(entry: Processor, found: ProcessorEvidence | None, today: date) -> str:
    if not entry.sees_content:
        return "no content"
    if found is None:
        return "no evidence"
    if not found.is_in_force(today):
        return "expired"
    return "expires soon" if found.expires_on - today <= _SOON else "proved"


def _keeps(found: ProcessorEvidence | None) -> str:
    if found is None or found.keeps_days is None:
        return "not stated"
    return "nothing" if found.keeps_days == 0 else f"{found.keeps_days} days"


def _cells(line: SubProcessor) -> tuple[str, ...]:
    evidence = "-" if line.evidence_on is None else f"{line.evidence_on.isoformat()} to {line.expires_on}"
    return (
        line.name,
        ", ".join(line.purposes),
        ", ".join(line.regions),
        line.training_off,
        line.contract,
        line.keeps,
        evidence,
        line.state,
        line.clause,
    )
