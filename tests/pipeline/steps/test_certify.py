from __future__ import annotations

import json
from datetime import timedelta

import pytest

from pipeline.consent import jws
from pipeline.decisions.holds import place
from pipeline.model.artifact import ArtifactKind as K
from pipeline.model.certificate import CERTIFICATE_TYPE
from pipeline.model.decision_terms import Clause
from pipeline.model.errors import IntegrityError, StoreUnreachable
from pipeline.model.purge import Ground, Item, ItemKind, ItemState, Subject, Version
from pipeline.model.retention import RetentionBasis
from pipeline.steps.certify import certify
from pipeline.steps.context import shelf_of
from pipeline.steps.decide import decide_artifacts
from pipeline.store.certificates import list_certificates
from pipeline.store.ledger import list_lines, read_line
from pipeline.store.purges import add_items, open_purge
from pipeline.vendors.files import FileArtifacts
from tests.disposal import statements
from tests.pipeline.reads.test_told_holds import untold

GROUND = Ground(cause=RetentionBasis.CHILD, clause=Clause(document="nejix", section="9", key="promptly delete"))


@pytest.fixture
def recording(line):
    return line.record()


@pytest.fixture
def purge(line, recording):
    with line.tx() as tx:
        return open_purge(tx, Subject(kind="recording", id=recording.id), GROUND)


def gone(number: int) -> Item:
    return Item(
        kind=ItemKind.OBJECT,
        target=f"art_{number}",
        detail="summary",
        object_key=f"tenants/acme/{number}",
        sealed_sha256=f"{number:064x}",
        versions=(Version(id="v1"), Version(id="v2", is_delete_marker=True)),
        state=ItemState.GONE,
    )


def test_a_certificate_says_what_when_by_what_cause_and_clause_and_what_remains(line, recording, purge):
    line.context.vault.keep(shelf_of(recording), K.CONSENT_RECEIPT, b"proof")
    held = Item(kind=ItemKind.OBJECT, target="art_held", state=ItemState.KEPT, reason="held")
    with line.tx() as tx:
        add_items(tx, purge, [gone(1), held])
    certify(line.context, line.owner.id, purge)
    [told] = statements(line)
    assert told["format"] == "deletion.certificate"
    assert told["clause"] == {"document": "nejix", "section": "9", "key": "promptly delete"}
    [one] = told["destroyed"]
    assert (one["versions"], one["delete_markers"]) == (["v1"], ["v2"])
    assert [r["why"] for r in told["remains"]] == ["held", "undecided"]
    assert "proof" not in json.dumps(told)


def test_a_matter_of_which_the_tenant_may_not_know_yet_is_not_in_its_certificate(
    line, recording, purge, database, clock
):
    line.context.vault.keep(shelf_of(recording), K.SUMMARY, b"words")
    demand = untold(line, recording, database, clock)
    line.run(decide_artifacts, recording)
    with line.tx() as tx:
        place(tx, line.context.vault, matter="m-1", scope=("call", recording.call), actor="user:c", reason="r")
        add_items(tx, purge, [Item(kind=ItemKind.OBJECT, target="art_held", state=ItemState.KEPT, reason="held")])
    certify(line.context, line.owner.id, purge)
    [told] = statements(line)
    assert [(r["why"], r["matters"]) for r in told["remains"]] == [("held", ["m-1"]), ("hold", [])]
    assert demand not in json.dumps(told)


def test_a_purge_of_many_is_certified_in_parts_that_together_list_each_once(line, purge):
    with line.tx() as tx:
        add_items(tx, purge, [gone(number) for number in range(2001)])
    parts = certify(line.context, line.owner.id, purge)
    assert [(p.part, p.parts) for p in parts] == [(1, 3), (2, 3), (3, 3)]
    listed = [one["artifact"] for told in statements(line) for one in told["destroyed"]]
    assert sorted(listed) == sorted(f"art_{number}" for number in range(2001))


def test_what_an_attempt_entered_in_the_ledger_before_it_failed_is_the_certificate(line, purge, clock, monkeypatch):
    with monkeypatch.context() as patched, pytest.raises(StoreUnreachable):
        patched.setattr("pipeline.steps.certify.note_line", refuse)
        certify(line.context, line.owner.id, purge)
    clock.move(minutes=5)
    [certificate] = certify(line.context, line.owner.id, purge)
    [key] = list_lines(line.context.vault.objects, line.owner.id)
    assert certificate.statement == read_line(line.context.vault.objects, key)
    assert certificate.signed_at == clock.now() - timedelta(minutes=5)


def refuse(*_):
    raise StoreUnreachable("database")


def test_one_changed_byte_shows(line, purge):
    [certificate] = certify(line.context, line.owner.id, purge)
    at = len(certificate.statement) // 2
    changed = certificate.statement[:at] + ("A" if certificate.statement[at] != "A" else "B")
    with pytest.raises(IntegrityError):
        jws.verify(changed + certificate.statement[at + 1 :], typ=CERTIFICATE_TYPE)


def test_a_later_edition_stands_beside_the_first_and_both_in_the_ledger(line, purge):
    certify(line.context, line.owner.id, purge)
    certify(line.context, line.owner.id, purge)
    with line.tx() as tx:
        assert [c.edition for c in list_certificates(tx)] == [1, 2]
    assert len(list(list_lines(line.context.vault.objects, line.owner.id))) == 2


def test_what_the_ledger_does_not_take_is_not_certified(line, purge):
    from dataclasses import replace

    class Full(FileArtifacts):
        def put_if_absent(self, key, body, **more):
            raise StoreUnreachable("put")

    full = line.with_parts(vault=replace(line.context.vault, objects=Full(line.folder / "objects")))
    with pytest.raises(StoreUnreachable):
        certify(full.context, line.owner.id, purge)
    assert statements(line) == []
