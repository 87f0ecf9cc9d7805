"""What a person is told of their data: categories, purposes, sources, recipients, how long and why, and their rights.

It names types, companies, days and clauses. What was said stands in the copies that lie beside it, redacted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from importlib import resources
from typing import Any, Final

from jinja2 import Environment, StrictUndefined

from pipeline.model.artifact import Artifact
from pipeline.model.consent import standings
from pipeline.model.recording import UPLOADED
from pipeline.model.subject import PersonMatch, SubjectRequest, Whose
from pipeline.model.tenant import Tenant
from pipeline.policies.bundle import Bundle
from pipeline.steps.ground import told_clause
from pipeline.steps.own_calls import OwnCall
from pipeline.store.artifacts import list_artifacts
from pipeline.store.consents import list_consents
from pipeline.store.decisions import find_decision
from pipeline.store.recordings import read_facts
from pipeline.store.session import Transaction

SCHEMA: Final = "earmark.access/1"
RIGHTS: Final = (
    ("correction", "You may have what is wrong corrected; the sound itself is never changed."),
    ("deletion", "You may have it deleted; where a law orders it kept, you are told until when."),
    ("portability", "You may have it in a form that machines read."),
    ("objection", "You may object to training; nothing of yours is trained on from that moment."),
    ("withdrawal", "You may take back what you agreed to at any time."),
    ("opt_out_of_sale", "Your data is not sold or shared for advertising, so there is nothing to opt out of."),
    ("limit", "Nothing sensitive is used beyond answering your call: no voiceprints, no guesses at mood or health."),
    ("non_discrimination", "Asking this never makes your service worse or dearer."),
    ("complaint", "You may complain to the privacy regulator of the place where you live."),
)
"""Every right, said plainly; the first three are granted by the policy's own clause, too."""


def write_report(
    tx: Transaction,
    request: SubjectRequest,
    owner: Tenant,
    bundle: Bundle,
    own: Sequence[OwnCall],
    matches: Sequence[PersonMatch],
) -> dict[str, Any]:
    """Put the report together.

    Args:
        tx: the tenant's transaction.
        request: what is answered.
        owner: the tenant.
        bundle: the policy that it is under.
        own: the person's own calls.
        matches: everywhere that they were found.
    """
    clause = request.deadline.clause
    return {
        "schema": SCHEMA,
        "request": {
            "id": request.id,
            "kind": request.kind.value,
            "received_on": request.received_on.isoformat(),
            "due_on": request.deadline.due_on.isoformat(),
            "due_by_clause": f"{clause.document} {clause.section}: {clause.key}",
            "identity": request.identity.value,
        },
        "answered_by": owner.display_name,
        "policy": {"id": bundle.id, "version": bundle.version, "digest": bundle.digest},
        "categories": _categories(tx, own, bundle),
        "calls": [_call(tx, call) for call in own],
        "recipients": _recipients(tx, own, bundle),
        "retention": _retention(tx, own),
        "mentions": _mentions(matches, own),
        "rights": [{"right": right, "says": says} for right, says in RIGHTS],
        "sold_or_shared": False,
    }


def write_html(report: dict[str, Any]) -> str:
    """Write the report for people."""
    page = resources.files("pipeline.steps").joinpath("access_report.html.jinja").read_text(encoding="utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined).from_string(page).render(report=report)


def _categories(tx: Transaction, own: Sequence[OwnCall], bundle: Bundle) -> list[str]:
    kinds = {a.kind.value for a, _ in _artifacts(tx, own)}
    said = {t for call in own for copy in call.copies for t in _types(read_facts(tx, copy.recording.id))}
    metadata = {f"metadata:{name}" for name in bundle.metadata.fields} if own else set()
    return sorted(kinds | metadata | {f"said:{type}" for type in said})


def _types(facts: dict[str, Any]) -> list[str]:
    return [t for t in str(facts.get("entity_types") or "").split(",") if t]


def _call(tx: Transaction, own: OwnCall) -> dict[str, Any]:
    return {
        "started_at": own.call.started_at.isoformat(),
        "direction": own.call.direction,
        "source": "a telephone call, received through the telephony company",
        "purposes": [
            {"who": s.leg_role.value, "purpose": s.purpose.value, "answer": s.outcome.value, "at": s.at.isoformat()}
            for s in standings(list_consents(tx, own.call.id))
        ],
        "recordings": [
            {
                "id": copy.recording.id,
                "copy": None if copy.withheld else f"copies/{copy.recording.id}",
                "withheld": copy.withheld,
            }
            for copy in own.copies
        ],
    }


def _recipients(tx: Transaction, own: Sequence[OwnCall], bundle: Bundle) -> list[dict[str, Any]]:
    """List every company of the policy's list, and whether it had something of this person, and where."""
    had: dict[str, set[str]] = {}
    for call in own:
        for copy in call.copies:
            facts = read_facts(tx, copy.recording.id)
            if copy.recording.source != UPLOADED:
                had.setdefault("twilio", set()).add("us")
            if facts.get("processor"):
                had.setdefault(str(facts["processor"]), set()).add(str(facts.get("processor_region") or "unknown"))
    return [
        {
            "company": listed.name,
            "purposes": list(listed.purposes),
            "regions": sorted(had.get(listed.name, listed.regions)),
            "had_it": listed.name in had,
            "clause": f"{bundle.id} {listed.clause.section}: {listed.clause.key}",
        }
        for listed in bundle.processors.listed
        if listed.sees_content or listed.name in had
    ]


def _retention(tx: Transaction, own: Sequence[OwnCall]) -> list[dict[str, Any]]:
    found = []
    for artifact, recording in _artifacts(tx, own):
        decision = find_decision(tx, artifact.id)
        rule = None if decision is None else decision.record["retention"]
        found.append(
            {
                "recording": recording,
                "kind": artifact.kind.value,
                "until": None if rule is None else rule["until"],
                "review_on": None if rule is None else rule["review_on"],
                "set_by": "not yet decided" if rule is None else rule["basis"],
                "clause": None if rule is None else told_clause(rule),
            }
        )
    return found


def _mentions(matches: Sequence[PersonMatch], own: Sequence[OwnCall]) -> dict[str, Any]:
    """Count where others speak of the person; whose calls those are is not told."""
    calls = {call.call.id for call in own}
    others = [m for m in matches if m.whose is Whose.OTHERS and m.call not in calls]
    return {"calls_of_others": len({m.call for m in others}), "found_by": sorted({k for m in others for k in m.kinds})}


def _artifacts(tx: Transaction, own: Sequence[OwnCall]) -> Iterator[tuple[Artifact, str | None]]:
    for call in own:
        for artifact in list_artifacts(tx, call=call.call.id):
            yield artifact, artifact.recording


def to_json(document: dict[str, Any]) -> bytes:
    """Write a document with sorted keys, for people to read as well."""
    return json.dumps(document, sort_keys=True, indent=2, ensure_ascii=False).encode()
