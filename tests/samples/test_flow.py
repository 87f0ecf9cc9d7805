"""Flows as they are written."""

from __future__ import annotations

import pytest

from samples.flow import load_flows
from samples.scenario import ScenarioError

FLOW = """
- name: a-flow
  title: Somebody calls
  basis: D.5 item 1
  expect: {recordings: 0}
"""


def test_every_flow_can_be_played_and_names_the_rule_it_rests_on():
    flows = load_flows()
    assert len(flows) > 60
    assert all(flow.basis for flow in flows)
    assert all(flow.scenario.name == flow.name for flow in flows)


def test_a_flow_has_a_plain_call_unless_it_says_otherwise(tmp_path):
    (tmp_path / "topic.yaml").write_text(FLOW)
    [flow] = load_flows(tmp_path)
    assert (flow.scenario.from_, flow.scenario.to) == ("+12125550143", "+13035550100")
    assert flow.expect.verdicts is None


@pytest.mark.parametrize(
    "text",
    [
        FLOW + FLOW,
        FLOW.replace("recordings: 0", "recording: 0"),
        FLOW.replace("  basis: D.5 item 1\n", ""),
        FLOW + "  call: {form: '+1'}\n",
        "just text",
        ": :",
    ],
)
def test_what_is_no_flow_is_named_in_one_line(tmp_path, text):
    (tmp_path / "topic.yaml").write_text(text)
    with pytest.raises(ScenarioError) as caught:
        load_flows(tmp_path)
    assert "\n" not in str(caught.value)
