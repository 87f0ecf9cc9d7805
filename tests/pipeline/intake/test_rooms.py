from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.intake.rooms import room_of
from pipeline.model.tenant import Topology
from pipeline.policies.jurisdictions import Token
from tests.pipeline.intake.conftest import a_state, an_owner

INSIDE, PLAIN = frozenset({Token.NOTICE, Token.INSIDE}), frozenset({Token.NOTICE})


@pytest.mark.parametrize(
    ("topology", "tokens", "is_recorded", "meets"),
    [
        (Topology.CONFERENCE, PLAIN, True, True),
        (Topology.CONFERENCE, PLAIN, False, True),
        (Topology.FORWARD, PLAIN, True, False),
        (Topology.FORWARD, INSIDE, True, True),
        (Topology.FORWARD, INSIDE, False, False),
    ],
)
def test_people_meet_in_a_room_where_the_tenant_or_the_law_wants_it(topology, tokens, is_recorded, meets):
    state = replace(a_state(owner=an_owner(topology=topology)), tokens=tokens)
    assert (room_of(state, is_recorded=is_recorded) is not None) is meets


def test_each_round_of_asking_has_a_room_of_its_own_named_by_our_id():
    state = a_state(owner=an_owner(topology=Topology.CONFERENCE))
    later = replace(state, call=replace(state.call, round=2))
    first, second = room_of(state, is_recorded=True), room_of(later, is_recorded=True)
    assert first is not None
    assert second is not None
    assert (first.name, second.name, second.number) == ("room-call_one-1", "room-call_one-2", 2)
