"""Callbacks of a played call in any order, again and again, and signed in every way Twilio has: D.5 item 4."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.store.tenants import change_tenant
from samples.flow import Flow, load_flows
from tests.journeys.flow_house import Ended, FlowHouse, open_flow_house

pytestmark = pytest.mark.timeout(300)
FLOWS = {flow.name: flow for flow in load_flows()}
OTHER_ACCOUNT = "AC" + "b" * 32


@pytest.fixture(scope="module")
def house(postgres, databases):
    folder = Path(tempfile.mkdtemp(prefix="earmark-callbacks-"))
    with open_flow_house(postgres, databases, folder) as opened:
        yield opened
    shutil.rmtree(folder)


def anew(name: str, **call: object) -> Flow:
    """Give a flow under a name that no tenant has."""
    flow = FLOWS[name]
    return flow.model_copy(update={"name": f"{name}-{uuid.uuid4().hex[:8]}", "call": {**flow.call, **call}})


def end_of(ended: Ended) -> object:
    """All that callbacks could change."""
    states = [(r.state.value, r.reason, r.source) for r in ended.recordings]
    kept = [(f.get("cut_at_ms"), f.get("silenced")) for f in ended.facts]
    return states, kept, ended.consent, len(ended.listed), len(ended.kept_at_twilio)


HELD = ("gate-yes", "gate-hung-up", "forwarded-both", "voicemail-message", "recorded-elsewhere-without-yes")


@pytest.mark.parametrize("name", HELD)
@given(data=st.data())
@settings(max_examples=4, deadline=None)
def test_all_callbacks_in_any_order_and_any_number_of_times_end_in_the_same_state(house, name, data):
    plain = house.play(anew(name))
    flow = anew(name, callbacks={"held": ["*"]})
    owner = house.take_on(flow)
    call = house.call(flow, owner)
    held = house.twilio.player.held(call.call_sid)
    order = data.draw(st.permutations(range(len(held))), label="order")
    more = data.draw(st.lists(st.sampled_from(range(len(held))), max_size=6), label="again")
    for index in (*order, *more):
        sent = house.twilio.player.send_again(house.accounts[flow.name], held[index])
        assert sent.statuses == (204,)
        if data.draw(st.booleans(), label="works off"):
            house.work_off()
    house.work_off()
    listed = house.list_at_twilio(owner, call, with_deleted=True)
    assert end_of(house.look(flow, owner, call, listed)) == end_of(plain)


PLAYED = ("gate-yes", "forwarded-both", "room-both", "room-late-joiner-yes", "withdrawn", "transfer-agreed")


@pytest.mark.parametrize("name", PLAYED)
@given(data=st.data())
@settings(max_examples=3, deadline=None)
def test_any_of_the_callbacks_again_after_everything_is_done_changes_nothing(house, name, data):
    ended = house.play(anew(name))
    news = [d for d in ended.call.deliveries if d.is_ok]
    again = data.draw(st.lists(st.sampled_from(range(len(news))), min_size=1, max_size=12), label="again")
    for index in again:
        assert house.twilio.player.send_again(ended.account, news[index]).is_ok
        house.door.wait()
    house.work_off()
    listed = house.list_at_twilio(ended.owner, ended.call, with_deleted=True)
    assert end_of(house.look(ended.flow, ended.owner, ended.call, listed)) == end_of(ended)


def test_a_document_asked_for_again_after_the_call_starts_nothing(house):
    ended = house.play(anew("gate-yes"))
    for document in ended.call.documents:
        house.twilio.player.send_again(ended.account, document)
    house.work_off()
    listed = house.list_at_twilio(ended.owner, ended.call, with_deleted=True)
    after = house.look(ended.flow, ended.owner, ended.call, listed)
    assert (after.consent, len(after.listed)) == (ended.consent, 1)


def test_news_of_another_account_on_this_tenants_address_are_refused(house):
    ended = house.play(anew("gate-yes"))
    for delivery in (*ended.call.documents, *ended.call.deliveries):
        sent = house.twilio.player.send_again(ended.account, delivery, AccountSid=OTHER_ACCOUNT)
        assert sent.statuses[-1] == 403


def with_key(house: FlowHouse, flow: Flow, *, key: str | None, known: dict[str, str], retiring: str = "") -> None:
    """Have the tenant sign its webhooks in a certain way."""
    owner = house.take_on(flow)
    changed = replace(
        owner,
        settings=replace(owner.settings, webhook_key=key),
        secrets=replace(owner.secrets, webhook_keys=known, retiring_auth_token=retiring),
    )
    with house.context.database.transaction(owner.id) as tx:
        change_tenant(tx, changed, keys=house.context.keys, actor="test", changed=[])


def play_taken_on(house: FlowHouse, flow: Flow) -> Ended:
    """Play a flow whose tenant is there."""
    ended = house.accounts[flow.name]
    owner = house.owner(flow.name)
    assert ended.sid == owner.account_sid
    call = house.call(flow, owner)
    listed = house.list_at_twilio(owner, call, with_deleted=True)
    house.work_off()
    return house.look(flow, owner, call, listed)


def test_a_shared_key_signs_the_whole_call(house):
    flow = anew("gate-yes")
    with_key(house, flow, key="webhooks_key_1", known={"webhooks_key_1": "s" * 32})
    house.accounts[flow.name].webhook_key = ("webhooks_key_1", "s" * 32)
    ended = play_taken_on(house, flow)
    assert [r.state.value for r in ended.recordings] == ["captured"]


def test_a_token_signs_nothing_where_a_shared_key_is_configured(house):
    flow = anew("gate-yes")
    with_key(house, flow, key="webhooks_key_1", known={"webhooks_key_1": "s" * 32})
    ended = play_taken_on(house, flow)
    assert {status for d in ended.call.documents for status in d.statuses} == {403}
    assert (ended.listed, ended.consent) == ((), {})


def test_a_shared_key_of_another_secret_signs_nothing(house):
    flow = anew("gate-yes")
    with_key(house, flow, key="webhooks_key_1", known={"webhooks_key_1": "s" * 32})
    house.accounts[flow.name].webhook_key = ("webhooks_key_1", "another")
    ended = play_taken_on(house, flow)
    assert (ended.listed, ended.consent) == ((), {})


def test_a_token_that_is_being_retired_still_signs(house):
    flow = anew("gate-yes")
    old = uuid.uuid4().hex
    with_key(house, flow, key=None, known={}, retiring=old)
    account = house.accounts[flow.name]
    promoted, account.auth_token = account.auth_token, old
    call = house.call(flow, house.owner(flow.name))
    account.auth_token = promoted
    assert [d.statuses for d in call.documents] == [(200,), (200,)]
    assert len(call.recording_sids) == 1


def test_webhooks_may_come_as_json(house):
    flow = anew("gate-yes")
    with_key(house, flow, key=None, known={})
    house.accounts[flow.name].sends_json = True
    ended = play_taken_on(house, flow)
    assert [r.state.value for r in ended.recordings] == ["captured"]
    assert ended.consent["caller"]["record"] == "granted"
