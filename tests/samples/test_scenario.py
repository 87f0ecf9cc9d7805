"""Scenarios: the short forms, and what is refused."""

from __future__ import annotations

import pytest

from samples.scenario import CALLS, ScenarioError, list_scenarios, load_scenario, parse_scenario

PLAIN = {"name": "x", "tenant": "acme", "from": "+12125550143", "to": "+13035550100"}
NAMES = [
    "card-number-read-back",
    "child-caller",
    "connekz-developer-instance",
    "connekz-training-consent",
    "declined",
    "encrypted-recording",
    "explicit-yes",
    "forwarded-with-callee",
    "implied-notice",
    "nejix-tenant",
    "nothing-to-hide",
    "silence-then-hang-up",
    "spelled-name-email-postcode",
    "withdrawn-mid-call",
]


@pytest.mark.parametrize(
    ("given", "kinds"),
    [
        ("1", ["digits"]),
        ("silence", ["silence"]),
        (["silence", "hang_up"], ["silence", "hang_up"]),
        ({"speech": "yes", "confidence": 0.5}, ["speech"]),
        ([{"digits": "7", "after_s": 1.0}], ["digits"]),
    ],
)
def test_answers_have_short_forms(given, kinds):
    scenario = parse_scenario(PLAIN | {"answers": {"record": given}})
    assert [answer.kind for answer in scenario.answers["record"]] == kinds


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"tenant": None}, "tenant"),
        ({"answers": {"record": "maybe"}}, "answers.record"),
        ({"colour": "red"}, "colour"),
        ({"events": [{"at_s": 1, "do": "dance"}]}, "events.0.do"),
        ({"topology": "star"}, "topology"),
    ],
)
def test_a_wrong_field_is_named(change, field):
    with pytest.raises(ScenarioError, match=field):
        parse_scenario(PLAIN | change)


@pytest.mark.parametrize("text", ["", "- a list", "{", "name: x"])
def test_a_file_that_is_no_scenario_is_refused(tmp_path, text):
    (tmp_path / "scenario.yaml").write_text(text)
    with pytest.raises(ScenarioError):
        load_scenario(tmp_path)


def test_a_scenario_without_its_audio_is_refused(tmp_path):
    (tmp_path / "scenario.yaml").write_text(
        "{name: x, tenant: acme, from: '+1', to: '+2', conversation: not-there.ogg}"
    )
    with pytest.raises(ScenarioError, match="conversation"):
        load_scenario(tmp_path)


def test_a_directory_without_a_scenario_is_refused(tmp_path):
    with pytest.raises(ScenarioError, match="cannot be read"):
        load_scenario(tmp_path)


def test_every_sample_call_of_the_list_is_there_and_can_be_read():
    assert [scenario.name for scenario in list_scenarios(CALLS)] == NAMES
