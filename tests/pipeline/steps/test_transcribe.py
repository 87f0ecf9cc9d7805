from __future__ import annotations

import hashlib
import urllib.request
from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.consent import Outcome
from pipeline.model.errors import InvalidInput, NotFound, VendorUnavailable, Withheld
from pipeline.model.transcript_file import read_transcript, write_transcript
from pipeline.policies.loader import load_bundle
from pipeline.ports.transcriber import AuditMeta
from pipeline.steps.capture import capture
from pipeline.steps.context import shelf_of
from pipeline.steps.transcribe import transcribe
from pipeline.store.vault import Vault
from pipeline.vendors.deepgram import DeepgramTranscriber
from samples.deepgram_standin import DeepgramStandin
from tests.builders import answer
from tests.pipeline.workflows.house_of_fakes import ScriptedTranscriber

SENT, DENIED = "processor:data:sent", "processor:data:denied"
TRANSCRIPT = ArtifactKind.TRANSCRIPT_ORIGINAL


class Abroad(ScriptedTranscriber):
    """A recogniser that another company runs."""

    name = "deepgram"
    audit = AuditMeta(processor="deepgram", data_kind="audio", purpose="speech", region="us", policy_url=None)


class Down(Abroad):
    def transcribe(self, audio, *, language):
        super().transcribe(audio, language=language)
        raise VendorUnavailable("deepgram", "listen", status=503)


class Brief(Abroad):
    """A company that takes a second at most."""

    capabilities = replace(Abroad.capabilities, max_duration_s=1)


class OneEared(Abroad):
    """A company that takes one channel."""

    capabilities = replace(Abroad.capabilities, max_channels=1)


class Full(ScriptedTranscriber):
    """A recogniser that does not take this file, for a reason of its own."""

    def transcribe(self, audio, *, language):
        super().transcribe(audio, language=language)
        raise InvalidInput("the audio is longer than 1 s")


@pytest.fixture
def recording(line):
    return line.through(line.record(), "settle_consent", "capture")


def engines(line, policy="nejix", **chosen):
    """The line with these recognisers, in this order of preference."""
    made = {name: kind(_log(line)) for name, kind in chosen.items()}
    line.choose(engines=tuple(chosen))
    return line.with_parts(transcribers=made, bundles=lambda _: load_bundle(policy))


def _log(line):
    return line.context.transcribers["local"]._log


@pytest.mark.clause("connekz", "1", "Call recordings, transcripts, summaries, metadata")
def test_the_words_are_kept_sealed_with_the_audio_as_their_parent(line, recording):
    receipt = line.run(transcribe, recording)
    made = line.artifact(recording, TRANSCRIPT)
    assert receipt == {"is_transcribed": True, "artifact": made.id, "words": 17, "reason": ""}
    assert made.parents == (line.artifact(recording, ArtifactKind.RECORDING_ORIGINAL).id,)
    heard = read_transcript(line.context.vault.read(made))
    assert (len(heard.channels), len(heard.words)) == (2, 17)
    facts = line.facts(recording)
    assert (facts["engine"], facts["language"], facts["words"]) == ("scripted", "en-US", 17)
    assert facts.get("processor") is None


def test_hearing_it_again_asks_nobody(line, recording):
    receipts = [line.run(transcribe, recording) for _ in range(3)]
    assert receipts[0] == receipts[1] == receipts[2]
    assert line.asked.count("transcribe") == 1
    assert line.events(SENT) == [{"processor": "local", "kind": "recording.original", "region": "local"}]


def test_what_a_dead_attempt_heard_is_found_and_not_paid_twice(line, recording):
    heard = line.context.transcribers["local"].transcribe(
        line.context.vault.read(line.artifact(recording, ArtifactKind.RECORDING_ORIGINAL)), language="en-US"
    )
    with pytest.raises(NotFound):
        Vault(database=_NoRows(), objects=line.context.vault.objects, keys=line.context.vault.keys).keep(
            shelf_of(recording), TRANSCRIPT, write_transcript(heard)
        )
    assert line.run(transcribe, recording)["is_transcribed"]
    assert line.asked.count("transcribe") == 1


class _NoRows:
    def transaction(self, tenant):
        raise NotFound("killed")


@pytest.mark.clause("nejix", "1", "depending on your account configuration")
def test_a_tenant_without_transcription_is_withheld_and_nobody_hears_it(line, recording):
    line.choose(is_transcription_on=False)
    assert line.run(transcribe, recording) == {"is_transcribed": False, "reason": "transcription: TENANT_OFF"}
    assert ("transcribe" in line.asked, line.events(SENT)) == (False, [])


def test_who_withdrew_before_it_was_heard_is_not_heard(line, recording):
    line.withdraw(recording.call, after_s=5)
    assert line.run(transcribe, recording) == {"is_transcribed": False, "reason": "transcription: WITHDRAWN"}
    assert "transcribe" not in line.asked


@pytest.mark.clause("nejix", "3", "Key sub-processors include")
@pytest.mark.contradiction(9)
@pytest.mark.acceptance(8)
def test_a_company_the_policy_does_not_list_is_denied_and_the_next_is_asked(line, recording):
    both = engines(line, deepgram=Abroad, local=ScriptedTranscriber)
    assert both.run(transcribe, recording)["is_transcribed"]
    assert [e["processor"] for e in line.events(SENT)] == ["local"]
    (denied,) = line.events(DENIED)
    assert denied["processor"] == "deepgram"
    assert line.facts(recording)["processors_denied"] == f"deepgram:{denied['reason']}"
    assert line.facts(recording).get("processor") is None


@pytest.mark.clause("nejix", "3", "Key sub-processors include")
def test_where_no_recogniser_is_allowed_each_denial_is_audited_once_and_nobody_hears_it(line, recording):
    only = engines(line, deepgram=Abroad)
    for _ in range(2):
        receipt = only.run(transcribe, recording)
        assert receipt == {"is_transcribed": False, "reason": "no recogniser is allowed"}
    assert [e["processor"] for e in line.events(DENIED)] == ["deepgram"]
    assert ("transcribe" in line.asked, line.events(SENT)) == (False, [])


def test_the_first_allowed_in_the_tenants_order_is_asked(line, recording):
    both = engines(line, "connekz", deepgram=Abroad, local=ScriptedTranscriber)
    both.run(transcribe, recording)
    assert [e["processor"] for e in line.events(SENT)] == ["deepgram"]
    facts = line.facts(recording)
    assert (facts["processor"], facts["processor_region"], facts["is_processor_training_off"]) == (
        "deepgram",
        "us",
        True,
    )


def test_a_company_that_does_not_answer_is_never_silently_replaced_and_has_had_it_all_the_same(line, recording):
    both = engines(line, "connekz", deepgram=Down, local=ScriptedTranscriber)
    with pytest.raises(VendorUnavailable):
        both.run(transcribe, recording)
    assert [e["processor"] for e in line.events(SENT)] == ["deepgram"]
    assert line.kinds(recording) == ["recording.original"]
    line.choose(engines=("local",))
    both.run(transcribe, recording)
    assert [e["processor"] for e in line.events(SENT)] == ["deepgram", "local"]
    assert line.facts(recording)["processor"] == "deepgram"


def test_a_recogniser_that_was_never_set_up_is_denied_by_name(line, recording):
    line.choose(engines=("nobody", "local"))
    line.run(transcribe, recording)
    assert line.events(DENIED) == [{"processor": "nobody", "reason": "NOT_CONFIGURED"}]


def test_without_recognisers_nobody_hears_it(line, recording):
    line.choose(engines=())
    assert line.run(transcribe, recording) == {"is_transcribed": False, "reason": "no recogniser is allowed"}


def test_a_language_that_a_recogniser_does_not_know_is_not_given_to_it(line):
    recording = line.through(line.record(locale="fr-FR"), "settle_consent", "capture")
    assert line.run(transcribe, recording)["is_transcribed"] is False
    assert line.events(DENIED) == [{"processor": "local", "reason": "LANGUAGE"}]
    assert "transcribe" not in line.asked


def test_a_recording_that_was_not_captured_cannot_be_heard(line):
    with pytest.raises(NotFound, match="not captured"):
        line.run(transcribe, line.record())


@pytest.mark.clause("nejix", "1", "consent to any recording or transcription")
def test_a_recording_whose_caller_declined_is_not_heard_even_where_it_was_captured(line):
    recording = line.record()
    line.run(capture, recording)
    with line.tx() as tx:
        answer(tx, recording.call, Outcome.DECLINED, at=tx.now + timedelta(seconds=1))
    assert line.run(transcribe, recording)["reason"].startswith("transcription: CONSENT_DECLINED")
    assert "transcribe" not in line.asked


def test_audio_that_cannot_be_decoded_is_withheld_and_sent_to_nobody(line, recording, clock):
    clock.move(seconds=1)
    line.context.vault.keep(shelf_of(recording), ArtifactKind.RECORDING_ORIGINAL, b"RIFF of nothing")
    with pytest.raises(Withheld, match="audio: UNDECODABLE"):
        line.run(transcribe, recording)
    assert ("transcribe" in line.asked, line.events(SENT)) == (False, [])


def test_what_a_recogniser_does_not_take_is_withheld(line, recording):
    with pytest.raises(Withheld, match="transcription: NOT_ACCEPTED"):
        engines(line, local=Full).run(transcribe, recording)
    assert line.artifact(recording, TRANSCRIPT) is None


@pytest.mark.parametrize("company", [Brief, OneEared])
def test_what_is_too_long_or_has_too_many_channels_for_a_company_is_never_noted_as_sent(line, recording, company):
    with pytest.raises(Withheld, match="transcription: NOT_ACCEPTED"):
        engines(line, "connekz", deepgram=company).run(transcribe, recording)
    assert ("transcribe" in line.asked, line.events(SENT)) == (False, [])
    assert line.facts(recording).get("processor") is None


@pytest.mark.acceptance(9)
def test_what_a_company_refused_is_sent_again_with_the_same_bytes(line, recording):
    with DeepgramStandin(ScriptedTranscriber(_log(line)), key="k") as running:
        control = urllib.request.Request(f"{running.base_url}/control/answers", data=b'{"status": 503, "times": 1}')
        urllib.request.urlopen(control).close()
        deepgram = DeepgramTranscriber("k", host=running.base_url, region="us")
        line.choose(engines=("deepgram",))
        asking = line.with_parts(transcribers={"deepgram": deepgram}, bundles=lambda _: load_bundle("connekz"))
        with pytest.raises(VendorUnavailable):
            asking.run(transcribe, recording)
        assert asking.run(transcribe, recording)["is_transcribed"]
        first, second = running.log
    audio = line.context.vault.read(line.artifact(recording, ArtifactKind.RECORDING_ORIGINAL))
    assert (first["status"], second["status"]) == (503, 200)
    assert first["sha256"] == second["sha256"] == hashlib.sha256(audio).hexdigest()
