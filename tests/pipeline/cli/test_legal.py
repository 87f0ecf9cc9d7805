from __future__ import annotations

import pytest

from pipeline.bootstrap import open_base
from pipeline.cli.actor import name_via
from pipeline.consent.receipt_proof import MOST_BYTES
from pipeline.model.artifact import ArtifactKind
from pipeline.model.ids import TenantId
from pipeline.settings import read_settings
from tests.builders import a_recording, a_shelf
from tests.pipeline.cli.conftest import document, logged, told_in_one_line

TENANT = ("--tenant", "acme")
OPEN = ("legal", "open", *TENANT, "--reference", "26-cv-17", "--authority", "a court", "--statute", "18 U.S.C. 2703",
        "--received-on", "2026-11-20", "--as", "user:ada", "--json")  # fmt: skip


@pytest.fixture
def kept(acme):
    """A recording and a receipt of it."""
    with open_base(read_settings()) as base:
        with base.database.transaction(TenantId(acme)) as tx:
            recording = a_recording(tx, None)
        artifact = base.vault.keep(a_shelf(recording), ArtifactKind.CONSENT_RECEIPT, b'{"receipt": 1}')
    return recording.id, artifact.id


@pytest.mark.clause("nejix", "3", "respond to a valid legal process")
@pytest.mark.clause("connekz", "3", "For legal reasons, safety, or business transfers")
def test_a_request_is_taken_in_approved_by_another_answered_verified_and_closed(earmark, kept, tmp_path):
    recording, artifact = kept
    request = document(earmark(*OPEN, "--recording", recording, "--hold"))["request"]
    approve = ("legal", "approve", request, *TENANT, "--artifact", artifact)
    assert "does not approve" in told_in_one_line(*earmark(*approve, "--as", "user:ada"))
    approved = document(earmark(*approve, "--as", "user:counsel", "--json"))
    assert (approved["state"], approved["artifacts"]) == ("approved", 1)
    assert approved["tenant_told"] != "no"
    out = tmp_path / "answer"
    assert earmark("legal", "export", request, out, *TENANT, "--as", "user:ada")[0] == 0
    assert len(list(out.iterdir())) == 2
    told = document(earmark("legal", "verify", out, "--json"))
    assert (told["request"], told["approved_by"], told["is_whole"]) == (request, "user:counsel", True)
    keys = tmp_path / "keys.json"
    keys.write_text(earmark("receipt", "keys", *TENANT)[1])
    assert earmark("legal", "verify", out, "--keys", keys)[0] == 0
    closed = earmark("legal", "close", request, *TENANT, "--outcome", "answered", "--reason", "sent", "--json")
    assert document(closed)["state"] == "closed"
    listed = document(earmark("legal", "list", *TENANT, "--json"))
    assert [(one["request"], one["state"]) for one in listed] == [(request, "closed")]
    assert "26-cv-17" not in str(listed)
    assert request in earmark("legal", "list", *TENANT)[1]
    assert len(document(earmark("hold", "list", *TENANT, "--json"))) == 1
    next(path for path in out.iterdir() if path.suffix == ".json").write_text("{}")
    assert earmark("legal", "verify", out)[0] == 1


def test_whoever_calls_himself_two_is_seen_to_be_one(earmark, kept):
    recording, artifact = kept
    request = document(earmark(*OPEN, "--recording", recording, "--hold"))["request"]
    approve = ("legal", "approve", request, *TENANT, "--artifact", artifact, "--as", "user:counsel")
    assert earmark(*approve)[0] == 0
    found = [entry for entry in logged("acme") if entry.actor in ("user:ada", "user:counsel")]
    assert {entry.tag for entry in found} >= {"legal:request:opened", "hold:hold:placed", "legal:request:approved"}
    assert {entry.facts["via"] for entry in found} == {name_via()}


def test_an_order_bars_the_notice(earmark, kept):
    recording, artifact = kept
    request = document(earmark(*OPEN, "--recording", recording))["request"]
    barred = ("--barred-until", "2999-01-01", "--order", "26-gj-1", "--as", "user:counsel", "--json")
    approved = document(earmark("legal", "approve", request, *TENANT, "--artifact", artifact, *barred))
    assert approved["tenant_told"] == "barred until 2999-01-01"
    assert "forbids" in told_in_one_line(*earmark("legal", "notify", request, *TENANT))


def test_keys_that_are_too_large_are_not_read(earmark, tmp_path):
    (tmp_path / "keys.json").write_bytes(b" " * (MOST_BYTES + 1))
    verified = earmark("legal", "verify", tmp_path, "--keys", tmp_path / "keys.json")
    assert "too large" in told_in_one_line(*verified)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ((*OPEN,), "covers named recordings or calls"),
        ((*OPEN, "--recording", "rec_none"), "no recording rec_none"),
        ((*OPEN, "--recording", "rec_none", "--tenant", "nobody"), "no tenant nobody"),
        (("legal", "approve", "leg_none", *TENANT, "--artifact", "art_1"), "no legal request leg_none"),
        (("legal", "export", "leg_none", "{}/new", *TENANT), "no legal request leg_none"),
        (("legal", "export", "leg_none", "{}", *TENANT), "is there already"),
        (("legal", "verify", "{}/none"), "cannot be read"),
        (("legal", "notify", "leg_none", *TENANT), "no legal request"),
        (("legal", "close", "leg_none", *TENANT, "--outcome", "refused", "--reason", "r"), "no legal request"),
        (("legal", "list", "--tenant", "nobody"), "no tenant nobody"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(earmark, acme, tmp_path, given, says):
    code, out, err = earmark(*[part.format(tmp_path) for part in given])
    assert code == 2
    assert says in told_in_one_line(code, out, err)
    assert not (tmp_path / "new").exists()
    assert document(earmark("legal", "list", *TENANT, "--json")) == []
