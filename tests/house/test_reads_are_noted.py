"""Whoever opens what is sealed, outside the machine's own steps, notes it in the audit log before a byte is read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import parse, sources

OPENS = {"pipeline/store/vault.py", "pipeline/store/seal.py"}
"""What opening is made of."""

NOTED = {
    "pipeline/reads/artifact.py:read_pinned": "ARTIFACT_READ",
    "pipeline/reads/artifact.py:read_redacted": "ARTIFACT_READ",
    "pipeline/reads/findings.py:read_version": "ARTIFACT_READ",
    "pipeline/reads/download.py:download": "ARTIFACT_READ",
    "pipeline/reads/call_export.py:export_call": "ARTIFACT_READ",
    "pipeline/reads/legal_export.py:export_request": "ARTIFACT_READ",
    "pipeline/reads/quality_cases.py:_read_case": "ARTIFACT_READ",
    "pipeline/reads/receipts.py:export_receipts": "ARTIFACT_READ",
    "pipeline/reads/reveal.py:read_clip": "REVEAL_READ",
    "pipeline/reads/reveal.py:read_revealed": "REVEAL_READ",
    "pipeline/reads/vcon_export.py:export_vcon": "ARTIFACT_READ",
    "pipeline/reads/subject_export.py:read_export": "ARTIFACT_READ",
    "samples/demo_report.py:heard": "ARTIFACT_READ",
}
"""Every function that opens artifacts for somebody, with the event that says so."""

UNSEALS_COLUMNS = {
    "pipeline/store/access_grants.py:read_reason": "why somebody was let in, for the operator",
    "pipeline/store/api_answers.py:_opened": "what a program was answered, for the same program",
    "pipeline/store/attestations.py:_attestation": "what a tenant itself declared",
    "pipeline/store/bulk_evidence.py:find_evidence": "what is attested of a consent, for the machine's own judgement",
    "pipeline/store/bulk_sources.py:_opened": "where a file lies that is to be taken in, for the machine alone",
    "pipeline/store/calls.py:read_numbers": "numbers of a call, for its dialling: see DIALS",
    "pipeline/store/closures.py:sign_disposal": "the key that signs what a closed account was",
    "pipeline/store/legal_requests.py:_request": "what an authority demanded, for the operator",
    "pipeline/store/legal_requests.py:_step": "what was done about it, for the operator",
    "pipeline/store/matters.py:_matter": "what a case is called, for the operator",
    "pipeline/store/numbers.py:_opened": "the tenant's own numbers, which are shown masked",
    "pipeline/store/oidc_providers.py:find_provider": "the secret shown to the tenant's own provider",
    "pipeline/store/redaction_changes.py:read_change_reason": "why a reviewer changed a redaction, for the second one",
    "pipeline/store/reveals.py:read_reveal_reason": "why somebody asks for a reveal, for who allows it",
    "pipeline/store/reasons.py:_opened": "why somebody did something, as they typed it, for the tenant's people",
    "pipeline/store/quality_rates.py:list_rates_changes": "why a rate was changed, for who may change it",
    "pipeline/store/quality_readings.py:open_findings": "where a reader found something, for who settles it",
    "pipeline/store/quality_samples.py:read_findings": "where something was found in the end, for its evaluation case",
    "pipeline/store/retention_runs.py:list_justifications": "why something is kept, as the operator wrote it",
    "pipeline/store/settings_drafts.py:_draft": "what a tenant's own people want to change of its settings",
    "pipeline/store/settings_drafts.py:read_reason": "why a draft was activated or rejected, for those who set up",
    "pipeline/store/review_moves.py:_opened": "what reviewers wrote to each other, for reviewers",
    "pipeline/store/saved_searches.py:list_searches": "what somebody calls their own searches, for themselves",
    "pipeline/store/signing_keys.py:_find_signer": "the key that signs",
    "pipeline/store/subject_requests.py:read_details": "who asks and how they are reached, for the answer",
    "pipeline/store/subject_words.py:read_words": "why a request is answered, for who may see who asks",
    "pipeline/store/tenants.py:_tenant": "the tenant's own secrets, which are never shown",
    "pipeline/store/transfer_notices.py:_notice": "who takes the data over, for the operator",
    "pipeline/store/webhook_endpoints.py:_endpoint": "where the tenant's own servers are, which is shown as a host",
    "pipeline/store/word_index.py:get_word_search": "what somebody looks for, for themselves",
}
"""Sealed columns are opened by the store alone, and by these."""

DIALS = {
    "pipeline/steps/index_people.py",
    "pipeline/steps/own_calls.py",
    "pipeline/store/call_progress.py",
    "pipeline/steps/issue_receipts.py",
    "pipeline/steps/keep_receipts.py",
    "webhooks/twilio/room.py",
    "webhooks/twilio/transfer.py",
    "webhooks/twilio/voice.py",
}
"""What handles a call's numbers: machine work and answers to Twilio; no page or command shows one."""


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (n for n in ast.walk(parse(path)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def called(function: ast.AST) -> set[str]:
    """Names of what is called: `vault.read`, `open_sealed`, `add_event`."""
    found = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            parts = ast.unparse(node.func).split(".")
            found |= {parts[-1], ".".join(parts[-2:])}
    return found


def openers(names: set[str]) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
    return {
        f"{path}:{function.name}": function
        for path in sources()
        if str(path) not in OPENS and not str(path).startswith("pipeline/steps/")
        for function in functions(path)
        if called(function) & names
    }


def test_every_function_that_opens_the_vault_outside_steps_is_listed() -> None:
    assert set(openers({"vault.read"})) == set(NOTED)


@pytest.mark.parametrize("name", NOTED)
def test_each_of_them_notes_it_before_it_opens_anything(name: str) -> None:
    function = openers({"vault.read"})[name]
    path = Path(name.split(":")[0])
    helpers = {f.name for f in functions(path) if f"AuditTag.{NOTED[name]}" in ast.unparse(f)}
    lines = [(n.lineno, ast.unparse(n.func).split(".")[-1]) for n in ast.walk(function) if isinstance(n, ast.Call)]
    noted = min(line for line, call in lines if call in helpers | {"add_event"})
    opened = min(
        n.lineno for n in ast.walk(function) if isinstance(n, ast.Call) and ast.unparse(n.func)[-10:] == "vault.read"
    )
    assert helpers
    assert noted < opened


def test_sealed_columns_are_opened_by_the_store_alone() -> None:
    assert set(openers({"open_sealed"})) == set(UNSEALS_COLUMNS)


def test_numbers_of_a_call_are_opened_where_they_are_dialled_and_nowhere_else() -> None:
    users = {
        str(path)
        for path in sources()
        for function in functions(path)
        if "read_numbers" in called(function) and str(path) != "pipeline/store/calls.py"
    }
    assert users == DIALS


def test_an_unlisted_opener_would_be_seen() -> None:
    tree = ast.parse("def peek(base, artifact):\n    return base.vault.read(artifact)")
    assert called(tree) & {"vault.read"}
