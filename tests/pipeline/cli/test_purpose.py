from __future__ import annotations

import pytest

from pipeline.bootstrap import open_base
from pipeline.cli.actor import name_via
from pipeline.model.ids import TenantId
from pipeline.settings import read_settings
from tests.builders import a_call
from tests.pipeline.cli.conftest import document, logged, told_in_one_line

TENANT = ("--tenant", "acme")
PROOF = ("--evidence", "writing", "--sha256", "a" * 64, "--given-on", "2026-11-20")


@pytest.fixture
def call(acme) -> str:
    with open_base(read_settings()) as base, base.database.transaction(TenantId(acme)) as tx:
        return a_call(tx, base.keys)


@pytest.mark.clause("nejix", "3", "with your explicit consent")
def test_a_call_is_used_for_another_purpose_only_while_a_consent_stands(earmark, call):
    check = ("purpose", "check", "quality_study", call, *TENANT)
    assert earmark(*check)[0] == 1
    made = document(earmark("purpose", "consent", "quality_study", *TENANT, "--call", call, *PROOF, "--json"))
    assert earmark(*check)[0] == 0
    assert made["id"] in earmark("purpose", "list", *TENANT)[1]
    assert document(earmark("purpose", "revoke", made["id"], *TENANT, "--json"))["revoked_at"] is not None
    assert earmark(*check)[0] == 1
    assert [entry.facts["via"] for entry in logged("acme") if entry.target == made["id"]] == [name_via()] * 2


def test_a_number_is_kept_as_a_keyed_digest(earmark, call):
    code, out, _ = earmark("purpose", "consent", "quality_study", *TENANT, "--number", "+12125550142", *PROOF, "--json")
    listed = earmark("purpose", "list", *TENANT, "--json")[1]
    assert code == 0
    assert "2125550142" not in out + listed


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("consent", "quality_study", *TENANT, *PROOF), "name one of"),
        (("consent", "quality_study", *TENANT, *PROOF, "--call", "call_1", "--number", "+12125550142"), "name one of"),
        (("consent", "quality_study", *TENANT, *PROOF, "--number", "212 555 0142"), "--number is written"),
        (("consent", "quality_study", *TENANT, *PROOF, "--number", "+123456"), "7 to 15 digits"),
        (("consent", "train", *TENANT, *PROOF, "--call", "{}"), "asked for on the call itself"),
        (("consent", "quality_study", *TENANT, *PROOF, "--call", "call_none"), "no call call_none"),
        (("revoke", "pcs_none", *TENANT), "no consent pcs_none"),
        (("check", "quality_study", "call_none", *TENANT), "no call call_none"),
        (("list", "--tenant", "nobody"), "no tenant nobody"),
    ],
)
def test_bad_input_is_one_line_and_records_nothing(earmark, call, given, says):
    code, out, err = earmark("purpose", *[part.format(call) for part in given])
    assert code == 2
    assert says in told_in_one_line(code, out, err)
    assert document(earmark("purpose", "list", *TENANT, "--json")) == []
