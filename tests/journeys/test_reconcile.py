"""Flows of which no news of a recording ever arrives: the comparison with Twilio brings each to the same end."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from pipeline.workflows.reconcile import reconcile_tenant
from samples.flow import Flow, load_flows
from tests.journeys.flow_house import open_flow_house

pytestmark = pytest.mark.timeout(300)
NAMES = (
    "announced-and-stayed", "gate-yes", "gate-no", "forwarded-both", "withdrawn-stop-fails", "paused-and-resumed",
    "recorded-elsewhere-without-yes", "recorded-by-a-trunk", "recorded-with-the-call", "recorded-after-withdrawal",
)  # fmt: skip
EVERY_NEWS = ("recording.in-progress", "recording.completed", "recording.absent", "recording.failed")
FLOWS = {flow.name: flow for flow in load_flows() if flow.name in NAMES}


def without_news(flow: Flow) -> Flow:
    """The same call, but Twilio's callbacks about recordings are lost."""
    return flow.model_copy(update={"call": {**flow.call, "callbacks": {"lost": EVERY_NEWS}}})


@pytest.fixture(scope="module")
def house(postgres, databases):
    folder = Path(tempfile.mkdtemp(prefix="earmark-reconcile-"))
    with open_flow_house(postgres, databases, folder) as opened:
        yield opened
    shutil.rmtree(folder)


@pytest.mark.parametrize("name", NAMES)
def test_with_every_callback_lost_each_recording_ends_as_if_none_had_been(house, name):
    flow = without_news(FLOWS[name])
    owner = house.take_on(flow)
    call = house.call(flow, owner)
    listed = house.list_at_twilio(owner, call, with_deleted=True)
    assert house.queue.enqueued == []

    vault, vendor = house.steps.vault, house.steps.vendor
    counted = reconcile_tenant(vault, vendor, house.queue, owner.id)
    assert counted["taken_up"] == len(listed) == flow.expect.recordings
    house.work_off()
    ended = house.look(flow, owner, call, listed)
    assert tuple(r.state.value for r in ended.recordings) == (flow.expect.verdicts or ())
    assert house.list_at_twilio(owner, call, with_deleted=False) == ()

    again = reconcile_tenant(vault, vendor, house.queue, owner.id)
    assert {name: again[name] for name in ("taken_up", "stopped", "deleted_again", "never_made")} == dict.fromkeys(
        ("taken_up", "stopped", "deleted_again", "never_made"), 0
    )
    assert again["followed"] == len(listed)
