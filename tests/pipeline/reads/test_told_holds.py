from __future__ import annotations

import pytest

from pipeline.decisions.legal import open_request
from pipeline.model.errors import NotFound
from pipeline.model.legal import LegalAct, LegalDemand, LegalKind, LegalWords
from pipeline.reads.told_holds import get_told_hold, list_told_holds, list_told_matters
from pipeline.store.holds import add_hold, list_holds
from pipeline.store.legal_requests import add_act
from pipeline.store.session import Database

WORDS = LegalWords(reference="26-cv-17", authority="a court", statute="18 U.S.C. 2703(d)")


def untold(line, recording, database, clock) -> str:
    """A demand that the platform's people took in, of which the tenant was not told; what it covers is held."""
    desk = Database(database.engine.url.render_as_string(hide_password=False), clock=clock, via="os:root")
    with desk.transaction(line.owner.id) as tx:
        scope = (("recording", recording.id),)
        demand = LegalDemand(kind=LegalKind.PROCESS, received_on=tx.now.date(), scope=scope, words=WORDS)
        made = open_request(tx, line.context.vault, demand, has_hold=True, actor="user:ada").id
    desk.close()
    return made


def test_a_hold_for_a_demand_that_is_not_told_is_not_there_and_in_force(line, database, clock):
    recording, vault = line.record(), line.context.vault
    made = untold(line, recording, database, clock)
    with line.tx() as tx:
        own = add_hold(tx, matter="M-1", scope=("recording", recording.id), actor="user:grace", reason="x")
        (theirs,) = (hold.id for hold in list_holds(tx, is_in_force=True) if hold.matter == made)
        assert list_told_holds(tx) == list_told_holds(tx, is_in_force=True) == (own,)
        assert list_told_matters(tx) == ()
        with pytest.raises(NotFound):
            get_told_hold(tx, theirs)
        add_act(tx, made, LegalAct.NOTIFIED, detail={}, words="", actor="user:bob", keys=vault.keys)
        assert {hold.id for hold in list_told_holds(tx)} == {own.id, theirs}
        assert ([one.id for one in list_told_matters(tx)], get_told_hold(tx, theirs).matter) == ([made], made)
