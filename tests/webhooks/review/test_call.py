from __future__ import annotations

import io
import json
import wave
import zipfile

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.user import Role
from pipeline.reads.shown_call import ShownTurn, ShownWord
from pipeline.steps.assess_risk import assess_risk
from pipeline.store.audit import list_events
from tests.corrections import an_ending
from webhooks.review.call import spoken


@pytest.fixture
def call(desk):
    assess_risk(desk.line.context, desk.line.owner.id, desk.recording.id)
    return desk


def test_a_call_is_read_with_its_words_findings_decisions_and_log_and_without_what_is_hidden(call):
    page = call.get("").text
    for part in (
        "PERSON_1",
        "many",
        "Decisions",
        "Consent",
        "Audit trail",
        "recording:artifact:captured",
        "redacted view",
    ):
        assert part in page
    assert not any(word in page for word in ("CANARYNAME", "canaryname", "5551234"))


def test_what_somebody_said_cannot_become_markup():
    words = (
        ShownWord(text="<b>one & two", start_ms=1, end_ms=2),
        ShownWord(text="<i>", start_ms=2, end_ms=3, finding='"><script>'),
    )
    written = spoken(ShownTurn(number=1, speaker="caller", channel=0, start_ms=1, text="", words=words))
    assert written == (
        '<span class="w" data-s="1" data-e="2">&lt;b&gt;one &amp; two</span> '
        '<span class="w gone" data-s="2" data-e="3" data-key="&#34;&gt;&lt;script&gt;">&lt;i&gt;</span> '
    )


def test_the_sound_is_the_redacted_one_given_whole_or_by_the_stretch(call):
    whole = call.get("sound.wav")
    kept = call.line.context.vault.read(call.line.artifact(call.recording, ArtifactKind.RECORDING_REDACTED))
    assert whole.content == kept
    part = call.client.get(whole.url.path, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, kept[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(kept)}"
    assert call.client.get(whole.url.path, headers={"Range": "bytes=-4"}).content == kept[-4:]
    assert call.client.get(whole.url.path, headers={"Range": f"bytes={len(kept) - 3}-"}).content == kept[-3:]
    for wrong in (f"bytes={len(kept)}-", "bytes=5-2", "bytes=-0", "bytes=a-b", "lines=1-2", "bytes=1-2,4-5", "bytes=-"):
        assert call.client.get(whole.url.path, headers={"Range": wrong}).status_code == 416


def test_the_waveform_is_drawn_of_the_redacted_sound(call):
    peaks = call.get("peaks.json").json()["peaks"]
    with wave.open(io.BytesIO(call.get("sound.wav").content)) as sound:
        assert len(peaks) == sound.getnchannels()
    assert all(0 <= level <= 1 for channel in peaks for level in channel)
    assert max(map(max, peaks)) == 1


def test_hearing_many_stretches_stands_in_the_log_once(call):
    for _ in range(3):
        call.client.get(f"/review/recordings/{call.recording.id}/sound.wav", headers={"Range": "bytes=0-9"})
    with call.line.tx() as tx:
        read = [e.entry for e in list_events(tx) if e.entry.tag == "artifact:artifact:read"]
    assert [e.facts["kind"] for e in read] == ["recording.redacted"]
    assert read[0].actor == "user:ada"


def test_what_has_ended_is_heard_and_read_by_nobody_and_the_page_says_so(call):
    call.get("sound.wav")
    an_ending(call.line, call.recording)
    for path in ("sound.wav", "peaks.json"):
        assert call.get(path).status_code == 403
    page = call.get("")
    assert (page.status_code, "shown to nobody" in page.text, "many" in page.text) == (200, True, False)


def test_the_store_says_how_each_copy_is_locked(call):
    page = call.get("locks").text
    assert "original recording" in page
    assert "not locked" in page


def test_what_the_policy_lets_leave_leaves_signed_and_noted(call):
    answer = call.post("export")
    if answer.status_code == 403:
        pytest.fail("the policy of this tenant allows downloads")
    files = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert {"redacted.wav", "transcript.redacted.json", "statement.jws", "decisions.json"} <= set(files)
    body = zipfile.ZipFile(io.BytesIO(answer.content)).read("transcript.redacted.json")
    assert "canaryname" not in json.dumps(json.loads(body)).lower()
    with call.line.tx() as tx:
        assert [e.entry.actor for e in list_events(tx) if e.entry.tag == "review:call:exported"] == ["user:ada"]


@pytest.mark.parametrize("path", ["", "sound.wav", "peaks.json", "locks"])
def test_nothing_of_it_is_there_for_another_tenant_or_another_role(call, path):
    from tests.conftest import make_tenant

    make_tenant(call.context.database, call.context.keys, "other")
    call.sign_in("ada", tenant="other")
    assert call.get(path).status_code == 404
    call.sign_in("sam", Role.SETTINGS_EDITOR)
    assert call.get(path).status_code == 403
