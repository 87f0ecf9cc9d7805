"""The whole end is held by tests/journeys/test_closure.py; here, that each act of it is repeated without harm."""

from __future__ import annotations

import pytest

from pipeline.decisions.close_tenant import close_tenant
from pipeline.policies.loader import load_bundle
from pipeline.steps.end_account import end_account, note_key_gone, prove, purge_ended
from pipeline.store.certificates import list_certificates
from pipeline.store.closures import find_closure
from pipeline.store.ledger import list_lines

BUNDLE = load_bundle("nejix")


@pytest.fixture
def closure(line):
    with line.tx() as tx:
        close_tenant(tx, line.context.vault, actor="u", reason="they left", bundle=BUNDLE)
        return find_closure(tx)


def now(line):
    with line.tx() as tx:
        return find_closure(tx)


def test_a_key_that_is_there_is_not_noted_as_gone(line, closure):
    assert not note_key_gone(line.context, line.owner.id, closure)
    assert now(line).key_destroyed_at is None


def test_the_end_and_its_proof_are_reached_once(line, closure):
    end_account(line.context, line.owner.id, closure, BUNDLE)
    assert note_key_gone(line.context, line.owner.id, closure)
    for _ in range(2):
        prove(line.context, line.owner.id, now(line))
        purge_ended(line.context, line.owner.id)
    with line.tx() as tx:
        assert len(list_certificates(tx)) == 1
    names = [key.rsplit("/", 1)[1] for key in list_lines(line.context.vault.objects, line.owner.id)]
    assert sorted(names) == ["certificate-1-1", "closed"]
    assert line.events("tenant:key:destroyed")[0]["closure"] == closure.id
    assert len(line.events("tenant:key:destroyed")) == 1
