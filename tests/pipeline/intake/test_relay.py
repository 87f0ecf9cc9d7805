from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pipeline.intake.relay import as_answered, as_answered_unseen
from pipeline.model.tenant import Topology
from pipeline.policies.loader import load_bundle
from pipeline.policies.processors import RELAY
from tests.builders import ON_FILE
from tests.pipeline.policies.variants import listing_relay

ON = date(2026, 6, 1)


@pytest.fixture
def owner(tenant):
    kept = replace(tenant.secrets, agent_url="wss://agent.example")
    return replace(tenant, registry=ON_FILE, secrets=kept, settings=replace(tenant.settings, topology=Topology.RELAY))


def test_an_agent_is_reached_as_text_where_both_companies_are_listed_and_proved(owner):
    assert as_answered(owner, listing_relay("nejix"), on=ON) == owner


def test_one_company_that_is_not_listed_or_not_proved_leaves_nobody_to_reach(owner):
    assert as_answered(owner, load_bundle("nejix"), on=ON).secrets.agent_url == ""
    for ask in RELAY:
        less = replace(owner, registry=tuple(proof for proof in ON_FILE if proof.name != ask.name))
        assert as_answered(less, listing_relay("nejix"), on=ON).secrets.agent_url == ""
    assert as_answered_unseen(owner).secrets.agent_url == ""


def test_an_agent_on_a_stream_needs_neither(owner):
    plain = replace(owner, registry=(), settings=replace(owner.settings, topology=Topology.AGENT))
    assert as_answered(plain, load_bundle("nejix"), on=ON) == as_answered_unseen(plain) == plain
