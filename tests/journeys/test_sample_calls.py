"""Every sample call through the real web app, worker, models and vault, as `make demo` plays them."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.settings import read_settings
from samples.demo import Step, running
from samples.demo_report import heard
from samples.expectations import differences, load_expected
from samples.scenario import list_scenarios

pytestmark = pytest.mark.timeout(900)  # whichever test is first plays the calls for all
NAMES = [scenario.name for scenario in list_scenarios()]


@pytest.fixture(scope="module")
def played():
    """Play all samples once; the house is stopped before anything is asserted."""
    folder = Path(tempfile.mkdtemp(prefix="earmark-journey-"))
    settings = read_settings(data_dir=folder, log_level="warning")
    with running(settings) as house:
        samples = house.play(list(list_scenarios()), Step(None, len(NAMES)))
        summaries = house.wait_for(samples, Step(None, len(NAMES)))
        found = {
            sample.scenario.name: (sample, summary, heard(house.base, sample, summary)) for sample, summary in summaries
        }
        yield found, house
    shutil.rmtree(folder)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.clause("nejix", "1", "is not stored on our servers")
@pytest.mark.acceptance(10)
def test_a_sample_becomes_what_is_expected_of_it(played, name):
    sample, summary, words = played[0][name]
    assert differences(name, sample.call, summary, words) == []


def test_the_vendor_keeps_no_recording_of_any_call(played):
    found, house = played
    kept = [r for r in house.twilio.ledger.recordings.values() if r.deleted_at is None]
    assert found
    assert kept == []


@pytest.mark.clause("nejix", "3", "Key sub-processors include")
@pytest.mark.clause("connekz", "2", "handle calls (Twilio, Deepgram)")
@pytest.mark.contradiction(9)
@pytest.mark.acceptance(8)
def test_only_the_policy_that_lists_deepgram_reaches_it_and_always_opts_out_of_training(played):
    found, house = played
    sent = sorted(
        name
        for name, (_, summary, _) in found.items()
        for recording in summary.recordings
        if recording.facts.get("processor") == "deepgram"
    )
    # An unknown caller may be in the EU, and this Deepgram is in the US: explicit-yes stays in the building.
    assert sent == ["connekz-developer-instance", "connekz-training-consent", "withdrawn-mid-call"]
    assert len(house.deepgram.log) == len(sent)
    assert all("mip_opt_out=true" in request["query"] for request in house.deepgram.log)


def test_every_artifact_of_a_recording_has_a_decision_with_a_clause(played):
    for sample, summary, _ in played[0].values():
        for recording in summary.recordings:
            kinds = {artifact.kind for artifact in recording.artifacts}
            assert ArtifactKind.RECORDING_ORIGINAL in kinds, sample.scenario.name
            assert ArtifactKind.CONSENT_RECEIPT in kinds
            for artifact in recording.artifacts:
                assert artifact.record is not None
                assert artifact.record["retention"]["clause"]["section"]
                assert artifact.record["training"]["clause"]["key"]


@pytest.mark.acceptance(1)
@pytest.mark.contradiction(8)
def test_nobody_who_was_not_asked_or_said_no_was_recorded(played):
    for name in ("declined", "silence-then-hang-up"):
        sample, summary, _ = played[0][name]
        assert load_expected(name)["recordings_at_twilio"] == 0
        assert sample.call.recording_sids == ()
        assert summary.recordings == ()
