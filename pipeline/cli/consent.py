"""`earmark consent`: what the law of every leg asks of a call, and where each demand is written.

Numbers are printed back to the person who typed them, and kept nowhere.
"""

from __future__ import annotations

import click

from pipeline.cli.output import as_json_option, show, show_facts, show_table
from pipeline.consent.require import Citation, ConsentPlan, plan_consent
from pipeline.consent.resolve import LegResolution, resolve_call, resolve_leg
from pipeline.model.decision import to_plain
from pipeline.model.errors import InvalidInput
from pipeline.policies.loader import load_law

_LONGEST = 256


@click.command("consent")
@click.option("--from", "caller", required=True, help="Who calls, as the network says: +14155550123, client:…, or ''.")
@click.option("--to", "callee", required=True, help="Who is called.")
@click.option("--leg", "others", multiple=True, help="A further person on the call; may be repeated.")
@click.option("--establishment", help="Where the tenant is, such as NZ or US-CA. Adds, never replaces.")
@click.option("--address", "addresses", multiple=True, help="Where a person who proved who they are lives. Adds.")
@click.option("--training", is_flag=True, help="The tenant wants to train on calls.")
@as_json_option
def command(
    *,
    caller: str,
    callee: str,
    others: tuple[str, ...],
    establishment: str | None,
    addresses: tuple[str, ...],
    training: bool,
    as_json: bool,
) -> None:
    """Say what must be done before a call may be recorded."""
    numbers = {"from": caller, "to": callee, **{f"leg {i}": other for i, other in enumerate(others, start=1)}}
    if any(len(number) > _LONGEST for number in numbers.values()):
        raise InvalidInput(f"a number has at most {_LONGEST} characters")
    law = load_law()
    legs = [resolve_leg(number, law=law, label=label) for label, number in numbers.items()]
    call = resolve_call(legs, establishment=establishment, addresses=addresses)
    plan = plan_consent(call, law=law, training_wanted=training)
    if as_json:
        show(_document(plan, list(numbers.values()), legs))
        return
    show_table(("leg", "number", "may be at", "because"), [_row(leg, numbers[leg.label]) for leg in legs])
    click.echo()
    show_facts(_facts(plan))
    click.echo()
    show_table(
        ("tokens", "leg", "place", "where it is written", "confidence", "reviewed on"), _citations(plan.citations)
    )


def _document(plan: ConsentPlan, numbers: list[str], legs: list[LegResolution]) -> dict[str, object]:
    return {
        "tokens": [token.value for token in plan.tokens],
        "legs": [
            {"number": number, "candidates": list(leg.candidates)} for number, leg in zip(numbers, legs, strict=True)
        ],
        "mode": plan.mode.value,
        "training_gate": plan.training_gate,
        "localised": list(plan.locales),
        "citations": to_plain(plan.citations),
    }


def _row(leg: LegResolution, number: str) -> tuple[str, ...]:
    return (leg.label, number, ", ".join(leg.candidates), leg.how)


def _citations(citations: tuple[Citation, ...]) -> list[tuple[object, ...]]:
    """Join the tokens of one row of law for one leg into a line."""
    lines: dict[tuple[object, ...], list[str]] = {}
    for c in citations:
        lines.setdefault((c.leg, c.place, c.cite, c.conf, c.checked_on), []).append(c.token.value)
    return [(" ".join(tokens), *line) for line, tokens in lines.items()]


def _facts(plan: ConsentPlan) -> dict[str, object]:
    return {
        "mode": plan.mode.value,
        "tokens": " ".join(plan.tokens),
        "training": "asked on its own, default no" if plan.training_gate else "not asked",
        "speech": "a spoken yes is enough" if plan.accepts_speech else "only a key press counts",
        "languages": ", ".join(plan.locales) or "the tenant's own",
        "no script for": ", ".join(plan.unscripted) or "-",
    }
