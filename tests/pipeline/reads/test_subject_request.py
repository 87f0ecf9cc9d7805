from __future__ import annotations

import pytest

from pipeline.intake.open_request import Ask, open_request
from pipeline.model.errors import NotFound
from pipeline.model.subject import Identifier, IdentifierKind, RequestKind, SubjectDetails
from pipeline.policies.loader import load_bundle, load_law
from pipeline.reads.subject_request import read_request
from pipeline.store.audit import list_events


def test_who_asks_is_opened_only_when_wanted_and_then_in_the_audit_log(database, keys, tenant):
    who = SubjectDetails(identifiers=(Identifier(kind=IdentifierKind.NAME, value="canary name"),), note="canarynote")
    with database.transaction(tenant.id) as tx:
        ask = Ask(kind=RequestKind.ACCESS, details=who, channel="cli")
        law = load_law().matrix
        made = open_request(tx, ask, bundle=load_bundle("nejix"), matrix=law, keys=keys, actor="test").request
        plain = read_request(tx, made.id, keys=keys, actor="user:1")
        assert (plain.request, plain.opened, plain.found) == (made, None, ())
        assert "canary" not in repr(plain)
        opened = read_request(tx, made.id, keys=keys, actor="user:1", with_details=True)
        assert opened.opened == {
            "identifiers": ["name: canary name"],
            "note": "canarynote",
            "agent": "",
            "reasons": [],
        }
        reads = [e.entry for e in list_events(tx, target=made.id) if e.entry.tag == "artifact:artifact:read"]
        assert [e.actor for e in reads] == ["user:1"]
        with pytest.raises(NotFound):
            read_request(tx, "dsr_x", keys=keys, actor="user:1")
