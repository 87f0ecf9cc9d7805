"""The sample calls themselves: what their scripts say, what their sound holds, and the law they stand under."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf
import yaml

from pipeline.consent.require import ConsentMode, plan_consent
from pipeline.consent.resolve import resolve_call, resolve_leg
from pipeline.model.entity import EntityType
from pipeline.policies.loader import load_law
from samples.make_calls import announcements, expectation
from samples.scenario import CALLS, Scenario, list_scenarios
from samples.twilio_standin.audio import SAY_CLIPS, read_sound

SCENARIOS = list_scenarios()
PURPOSES = {"record", "transcribe", "store", "vendor_process", "train"}
FICTIONAL = re.compile(r"\+1\d{3}55501\d\d|\+44207946\d{4}")
SENTINELS = {"+266696687", "+86282452253", "+17378742833"}

each = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)


def read(scenario: Scenario, name: str) -> Any:
    return yaml.safe_load((CALLS / scenario.name / name).read_text())


@each
def test_its_sound_has_two_channels_of_a_telephone_and_lasts_as_long_as_its_turns(scenario):
    sound, rate = sf.read(scenario.audio_path)
    assert (rate, sound.shape[1]) == (8000, 2)
    assert 20 <= len(sound) / rate <= 40
    assert scenario.turns[-1].end_s < len(sound) / rate


@each
def test_each_hidden_word_is_heard_on_its_speakers_channel_and_not_on_the_other(scenario):
    sound = read_sound(scenario.audio_path).astype(float)
    for turn in scenario.turns:
        own = 0 if turn.speaker == "caller" else 1
        for item in turn.hidden:
            part = sound[round(item.start_s * 8000) : round(item.end_s * 8000)]
            loudness = np.sqrt((part**2).mean(axis=0))
            assert loudness[own] > 1000 > 200 > loudness[1 - own]
            assert item.said in turn.text


@each
def test_what_is_expected_is_what_the_script_says(scenario):
    script, scene = read(scenario, "script.yaml"), read(scenario, "scenario.yaml")
    assert read(scenario, "expected.yaml") == expectation(script["expected"], scene["turns"], scene.get("events", []))


@each
def test_what_must_stay_is_said_in_the_recorded_part_and_is_nobodys_secret(scenario):
    expected = read(scenario, "expected.yaml")
    never = {item["said"] for item in expected["never_recorded"]}
    said = " ".join(turn.text for turn in scenario.turns if turn.text not in never).lower()
    secrets = " ".join(item["said"] for item in expected["must_hide"]).lower()
    for phrase in expected["must_stay"]:
        assert phrase.lower() in said
        assert phrase.lower() not in secrets


@each
def test_its_numbers_belong_to_nobody(scenario):
    numbers = [scenario.to, scenario.from_, *([scenario.callee.number] if scenario.callee else [])]
    assert [n for n in numbers if not FICTIONAL.fullmatch(n) and n not in SENTINELS] == []


@each
def test_its_expectation_speaks_the_products_words(scenario):
    expected = read(scenario, "expected.yaml")
    assert set(expected["consent"]) == PURPOSES
    assert {item["type"] for item in expected["must_hide"]} <= {kind.value for kind in EntityType}


@each
def test_the_law_of_its_numbers_asks_the_questions_it_expects(scenario):
    law = load_law()
    call = resolve_call([resolve_leg(scenario.from_, law=law)])
    plan = plan_consent(call, law=law, training_wanted=scenario.tenant == "connekz-demo")
    expected = read(scenario, "expected.yaml")
    refused = expected["consent"]["record"] in ("declined", "hung_up")
    assert ("record" in expected["questions"]) == (plan.mode is ConsentMode.EXPLICIT_GATE)
    assert ("training" in expected["questions"]) == (plan.training_gate and not refused)


def test_the_samples_are_small_enough_for_a_repository():
    files = [path for folder in (CALLS, SAY_CLIPS) for path in folder.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 5_000_000


def test_every_announcement_has_a_clip_of_its_present_wording():
    missing = {name: text for name, text in announcements().items() if not (SAY_CLIPS / f"{name}.ogg").exists()}
    assert not missing, "run `python -m samples.make_calls` again, as its first lines say"


def test_no_clip_is_left_of_an_old_wording():
    assert {Path(path).stem for path in SAY_CLIPS.iterdir()} == set(announcements())
