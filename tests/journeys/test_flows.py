"""Every flow of `samples/flows`, with real signatures, through the real web app to what Twilio then has."""

from __future__ import annotations

import re
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from samples.flow import load_flows
from samples.twilio_standin.recorder import Recorder
from tests.journeys.flow_house import Ended, FlowHouse, open_flow_house

pytestmark = pytest.mark.timeout(900)  # whichever test is first plays all flows for the others
FLOWS = load_flows()
NAMES = [flow.name for flow in FLOWS]
OURS = ("StartCallRecordingTwiML", "StartCallRecordingAPI")


@pytest.fixture(scope="module")
def house(postgres, databases):
    folder = Path(tempfile.mkdtemp(prefix="earmark-flows-"))
    with open_flow_house(postgres, databases, folder) as opened:
        yield opened
    shutil.rmtree(folder)


every_flow = pytest.mark.parametrize("of", NAMES, indirect=True)


@pytest.fixture(scope="module")
def ended(house: FlowHouse) -> dict[str, Ended | Exception]:
    """Play every flow once; one that cannot be played fails its own tests and no other's."""
    found: dict[str, Ended | Exception] = {}
    for flow in FLOWS:
        try:
            found[flow.name] = house.play(flow)
        except Exception as error:
            found[flow.name] = error
    return found


@pytest.fixture
def of(ended: dict[str, Ended | Exception], request: pytest.FixtureRequest) -> Ended:
    found = ended[request.param]
    if isinstance(found, Exception):
        raise found
    return found


@every_flow
@pytest.mark.acceptance(1)
def test_twilio_has_as_many_recordings_as_the_flow_permits(of):
    assert len(of.listed) == of.flow.expect.recordings


@every_flow
def test_ingest_says_of_each_recording_what_it_should(of):
    expected = of.flow.expect.verdicts
    if expected is not None:
        assert [(r.state.value, r.reason) for r in of.recordings if r.state.value not in expected] == []
        assert [r.state.value for r in of.recordings] == list(expected)


@every_flow
def test_everybody_stands_where_they_should(of):
    expected = of.flow.expect.consent
    got = {who: {p: of.consent.get(who, {}).get(p, "not_asked") for p in of_who} for who, of_who in expected.items()}
    assert got == {who: dict(of_who) for who, of_who in expected.items()}
    if of.flow.expect.asked is not None:
        assert [p for p in of.call.asked if p not in ("announced", "message")] == list(of.flow.expect.asked)
    assert set(of.flow.expect.tokens_include) <= set(of.tokens)


@every_flow
def test_the_call_itself_goes_as_it_should(of):
    expect, call = of.flow.expect, of.call
    if expect.connected is not None:
        assert (call.talked_from_s is not None) == expect.connected
    if expect.keep is not None:
        assert _keeps(of)[-1:] == [expect.keep]
    statuses = {do: status // 100 for do, status in call.journal.events if status is not None}
    assert {do: statuses.get(do) for do in expect.answered} == dict(expect.answered)


@every_flow
def test_recorders_pause_and_stop_as_they_should(of, house):
    expect, entries = of.flow.expect, [e for e in house.entries(of) if e.recorder.settings.source in OURS]
    recorders = [entry.recorder for entry in entries]
    if expect.pauses is not None:
        assert sum(len(recorder.gaps) for recorder in recorders) == expect.pauses
        assert {kind for recorder in recorders for _, _, kind in recorder.gaps} <= {"silence"}
    if expect.ends_early is not None:
        assert (_stopped(recorders[0]) < of.call.duration_s - 1) == expect.ends_early
    if expect.inside is not None:
        assert _is_said_inside(of, recorders[-1]) == expect.inside


@every_flow
def test_what_may_not_be_kept_is_not(of):
    expect = of.flow.expect
    if expect.cut is not None:
        assert any(facts.get("cut_at_ms") is not None for facts in of.facts) == expect.cut
    if expect.hushed is not None:
        assert any(facts.get("silenced") for facts in of.facts) == expect.hushed


@every_flow
def test_nothing_is_recorded_before_the_last_of_those_who_were_asked_has_answered(of, house):
    """Whatever the flow: the first recorder that we started began when nobody was left to be asked."""
    ours = [entry for entry in house.entries(of) if entry.recorder.settings.source in OURS]
    first_talk = of.call.talked_from_s
    for entry in ours[:1]:
        assert first_talk is not None
        begin = of.call.journal
        talk_at = house.twilio.ledger.calls[of.call.call_sid].created_at + timedelta(seconds=first_talk)
        asked = [a.at for a in begin.answers if a.at <= talk_at and a.purpose != "message"]
        assert all(at <= entry.started_at for at in asked)
        for other in of.call.others:
            joined = [presence.joined_at for presence in other.journal.presences]
            if joined and joined[0] <= entry.started_at:
                assert all(a.at <= joined[0] for a in other.journal.answers)


@every_flow
def test_no_document_records_by_other_means_or_trims(of):
    for delivery in of.call.documents:
        if not delivery.body.strip().startswith("<"):
            continue
        document = ElementTree.fromstring(delivery.body)
        assert document.find(".//Record") is None
        for dial in document.iter("Dial"):
            assert "record" not in dial.attrib
        for room in document.iter("Conference"):
            assert room.get("record", "do-not-record") == "do-not-record"
        for recording in document.iter("Recording"):
            assert recording.get("trim") == "do-not-trim"
            assert recording.get("channels") == "dual"


@every_flow
def test_no_number_is_in_an_address_or_a_rooms_name(of):
    flow = of.flow.scenario
    numbers = {flow.from_, flow.to, *(p.number for p in (*flow.others, *([flow.callee] if flow.callee else ())))}
    bare = [re.sub(r"\D", "", number) for number in numbers if len(re.sub(r"\D", "", number)) >= 7]
    for delivery in (*of.call.documents, *of.call.deliveries):
        assert not [digits for digits in bare if digits in delivery.url]
    for delivery in of.call.documents:
        rooms = ElementTree.fromstring(delivery.body).iter("Conference") if "<Conference" in delivery.body else ()
        assert not [room.text for room in rooms if any(digits in (room.text or "") for digits in bare)]


def test_what_was_taken_in_or_refused_is_no_longer_at_twilio(ended, house):
    left = [
        name
        for name, flow in ended.items()
        if isinstance(flow, Ended)
        for sid in flow.kept_at_twilio
        if sid in {r.recording_sid for r in flow.recordings}
    ]
    assert left == []


def _keeps(of: Ended) -> list[str]:
    """What agents were told of keeping, in order."""
    found = [re.findall(r'name="keep" value="(\w+)"', d.body) for d in of.call.documents]
    return [keep for one in found for keep in one]


def _stopped(recorder: Recorder) -> float:
    assert recorder.stopped_s is not None
    return recorder.stopped_s


def _is_said_inside(of: Ended, recorder: Recorder) -> bool:
    first_word = of.call.talked_from_s or of.call.duration_s
    return any(recorder.started_s <= said.start_s <= first_word + 0.01 for said in of.call.journal.said)
