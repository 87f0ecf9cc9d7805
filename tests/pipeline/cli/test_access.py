from __future__ import annotations

import pytest

from pipeline.bootstrap import open_base
from pipeline.cli.actor import name_via
from pipeline.model.artifact import ArtifactKind
from pipeline.model.ids import TenantId
from pipeline.settings import read_settings
from pipeline.store.recordings import merge_facts
from tests.builders import a_recording, a_shelf
from tests.pipeline.cli.conftest import document, logged, told_in_one_line

TENANT = ("--tenant", "acme")
FRAUD = (*TENANT, "--purpose", "fraud", "--reason", "case 7")


@pytest.fixture
def recording(acme) -> str:
    with open_base(read_settings()) as base:
        with base.database.transaction(TenantId(acme)) as tx:
            made = a_recording(tx, None)
            merge_facts(tx, made.id, {"is_redaction_proved": True})
        base.vault.keep(a_shelf(made), ArtifactKind.TRANSCRIPT_REDACTED, b'{"redacted": 1}')
    return made.id


@pytest.mark.clause("nejix", "2", "Monitor for fraud, abuse, and security incidents")
def test_somebody_reads_for_a_purpose_while_a_grant_of_another_is_in_force(earmark, recording, tmp_path):
    read = ("access", "read", recording, tmp_path / "out.json", *FRAUD, "--as", "user:ada")
    assert "no grant for fraud" in told_in_one_line(*earmark(*read))
    grant = ("access", "grant", "user:ada", *FRAUD, "--recording", recording, "--hours", "2", "--json")
    made = document(earmark(*grant, "--as", "user:boss"))
    assert earmark(*read)[0] == 0
    both = [entry for entry in logged("acme") if entry.actor in ("user:boss", "user:ada")]
    assert [(entry.actor, entry.facts["via"]) for entry in both] == [
        ("user:boss", name_via()),
        ("user:ada", name_via()),
    ]
    assert (tmp_path / "out.json").read_bytes() == b'{"redacted": 1}'
    assert made["grant"] in earmark("access", "list", *TENANT)[1]
    assert document(earmark("access", "revoke", made["grant"], *TENANT, "--json"))["revoked"] is not None
    assert "no grant" in told_in_one_line(*earmark(*read))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("grant", "user:ada", *FRAUD), "name one of"),
        (("grant", "user:ada", *FRAUD, "--recording", "{}", "--call", "call_1"), "name one of"),
        (("grant", "ada@example.com", *FRAUD, "--recording", "{}"), "user:NAME"),
        (("grant", "user:ada", *FRAUD, "--recording", "{}", "--hours", "25"), "--hours"),
        (("grant", "user:ada", *FRAUD, "--recording", "{}", "--as", "user:ada"), "nobody grants"),
        (("grant", "user:ada", *FRAUD, "--recording", "rec_none"), "no recording rec_none"),
        (("revoke", "acc_none", *TENANT), "no access grant"),
        (("list", "--tenant", "nobody"), "no tenant nobody"),
    ],
)
def test_bad_input_is_one_line_and_grants_nothing(earmark, recording, given, says):
    code, out, err = earmark("access", *[part.format(recording) for part in given])
    assert code == 2
    assert says in told_in_one_line(code, out, err)
    assert document(earmark("access", "list", *TENANT, "--json")) == []
