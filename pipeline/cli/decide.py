"""`earmark decide`: the decision record of one artifact from a file of facts."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pipeline.cli.opened import open_desk
from pipeline.cli.output import as_json_option, show, show_facts, show_table
from pipeline.model.decision import DecisionRecord, explain
from pipeline.model.decision_terms import Reason
from pipeline.model.errors import InvalidInput
from pipeline.model.ids import ArtifactId, tenant_id
from pipeline.policies.bundle import Bundle
from pipeline.policies.decide import decide
from pipeline.policies.facts_json import read_facts
from pipeline.policies.loader import list_policies, load_bundle, load_bundle_file, load_matrix
from pipeline.policies.schema import facts_schema, record_schema

_LARGEST_BYTES = 1_000_000


@click.command("decide")
@click.argument("facts", required=False, metavar="FACTS.json")
@click.option("--policy", help="Name of a packaged policy, or a policy file.")
@click.option("--replay", "artifact", help="Make a stored decision again from its own facts, policy and law.")
@click.option("--decision", help="With --replay: an earlier decision, by its digest; else the one in force.")
@click.option("--tenant", help="With --replay: whose artifact it is.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of FACTS and of the record.")
@as_json_option
def command(*, facts: str | None, policy: str | None, schema: bool, as_json: bool, **again: str | None) -> None:
    """Decide on one artifact: permissions, retention, training, processors, region, download, each with its clause."""
    if schema:
        show({"facts": facts_schema(), "record": record_schema()})
        return
    if again["artifact"] is not None:
        record = _replay(again["artifact"], again["tenant"], again["decision"])
        show(explain(record)) if as_json else _print(record)
        return
    if facts is None or policy is None:
        raise InvalidInput("FACTS.json and --policy are needed (or --schema, or --replay)")
    record = decide(read_facts(_read(facts)), open_policy(policy), load_matrix())
    show(explain(record)) if as_json else _print(record)


def open_policy(name: str) -> Bundle:
    """Open a packaged policy by its name, or any by its file.

    Raises:
        NotFound: neither a packaged policy nor a file.
        InvalidInput: a file that is not a whole policy.
    """
    is_file = name not in list_policies() and Path(name).is_file()
    return load_bundle_file(Path(name)) if is_file else load_bundle(name)


def _replay(artifact: str, tenant: str | None, decision: str | None) -> DecisionRecord:
    from pipeline.reads.replay_decision import replay_decision

    if tenant is None:
        raise InvalidInput("--replay needs --tenant")
    with open_desk() as base, base.database.transaction(tenant_id(tenant)) as tx:
        return replay_decision(tx, ArtifactId(artifact), decision=decision)


def _read(name: str) -> str:
    try:
        if name == "-":
            return sys.stdin.read(_LARGEST_BYTES)
        path = Path(name)
        if path.stat().st_size > _LARGEST_BYTES:
            raise InvalidInput(f"{path.name}: larger than {_LARGEST_BYTES} bytes")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise InvalidInput(f"{Path(name).name}: cannot be read as text") from error


def _print(record: DecisionRecord) -> None:
    retention, training = record.retention, record.training
    scope = training.scope if training.scope_id is None else f"{training.scope}:{training.scope_id}"
    show_facts(
        {
            "artifact": f"{record.artifact} ({record.kind})",
            "policy": f"{record.policy.id} {record.policy.version}, {record.policy.digest[:12]}",
            "law": f"{record.matrix_version}: {', '.join(record.places)}: {' '.join(record.tokens)}",
            "retain until": retention.until or "no day set",
            "set by": f"{retention.basis}, {retention.clause.document} {retention.clause.section}",
            "disposition": retention.disposition,
            "review on": retention.review_on or "-",
            "training": f"{'eligible' if training.eligible else 'not eligible'} ({scope})",
            "copies in other regions": "yes" if record.region.replicate else "no",
            "download": "yes" if record.download.allowed else "no",
            "visible": record.visibility,
            "digest": record.digest,
        }
    )
    click.echo()
    show_table(
        ("permission", "given", "why not"), [(p.purpose, _yes(p.allowed), _why(p.reasons)) for p in record.permissions]
    )
    click.echo()
    show_table(
        ("company", "purpose", "may have it", "why not"),
        [(p.name, p.purpose, _yes(p.allowed), _why(p.reasons)) for p in record.processors],
    )
    click.echo()
    show_table(
        ("against training", "where", "in words"),
        [(r.code, f"{r.clause.document} {r.clause.section}: {r.clause.key}", r.sentence) for r in training.reasons],
    )


def _yes(allowed: bool) -> str:
    return "yes" if allowed else "no"


def _why(reasons: tuple[Reason, ...]) -> str:
    return ", ".join(dict.fromkeys(reason.code for reason in reasons))
