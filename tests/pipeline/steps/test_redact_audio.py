from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.entity import EntityType
from pipeline.model.errors import InvalidInput, NotFound, StoreUnreachable, Withheld
from pipeline.model.transcript import Utterance, Word
from pipeline.redaction.render_audio import render_audio
from pipeline.steps.publish import publish
from pipeline.steps.redact_audio import redact_audio
from pipeline.steps.redact_text import read_manifest, redact_text
from pipeline.steps.withhold import withhold
from pipeline.store.reviews import list_reviews
from pipeline.store.vault import Vault
from tests.pipeline.workflows.house_of_fakes import (
    SAID,
    DeafListener,
    Log,
    ScriptedTranscriber,
    WordDetector,
    two_voices,
)

STEPS_BEFORE = ("settle_consent", "capture", "transcribe", "detect", "redact_text")
REDACTED, MANIFEST = ArtifactKind.RECORDING_REDACTED, ArtifactKind.REDACTION_MANIFEST
TEXT = ArtifactKind.TRANSCRIPT_REDACTED


@pytest.fixture
def recording(line):
    return line.through(line.record(), "settle_consent", "capture", "transcribe", "detect")


class Hears(DeafListener):
    """Makes out a hidden name, or other words, in the first so many listenings, near the start of what it is given."""

    def __init__(self, times: int, said: str = "canaryname", *, at_ms: int = 100) -> None:
        self.times, self.said, self.at_ms = times, said, at_ms

    def transcribe(self, audio, *, language):
        deaf = super().transcribe(audio, language=language)
        self.times -= 1
        if self.times < 0:
            return deaf
        words = tuple(
            Word(text=text, channel=0, start_ms=self.at_ms + 300 * n, end_ms=self.at_ms + 300 + 300 * n)
            for n, text in enumerate(self.said.split())
        )
        return replace(deaf, channels=((Utterance(channel=0, words=words),),))


class Detects(WordDetector):
    """Knows one number more, which the transcriber never wrote."""

    _WORDS: ClassVar = {**WordDetector._WORDS, "9 9 8 7": EntityType.PIN}


def manifests(line, recording) -> int:
    return line.kinds(recording).count(MANIFEST.value)


def test_what_is_hidden_is_silent_and_everything_else_is_as_it_was(line):
    talks = ScriptedTranscriber(line.context.transcribers["local"]._log, caller=f"{SAID} thank you so much")
    made = line.with_parts(transcribers={"local": talks})
    recording = made.through(made.record(audio=two_voices()), *STEPS_BEFORE)
    receipt = line.run(redact_audio, recording)
    made = line.artifact(recording, REDACTED)
    _, manifest = read_manifest(line.context, line.owner.id, recording.id)
    assert receipt == {"artifact": made.id, "attempts": 1, "muted_ms": manifest.muted_ms}
    before, after = two_voices(), line.context.vault.read(made)
    assert len(before) == len(after)
    (span, *_) = manifest.muted[0]
    first, last = 44 + span.start_ms * 8 * 4, 44 + span.end_ms * 8 * 4
    assert before[: first - 32] == after[: first - 32]
    left = [after[at : at + 2] for at in range(first + 64, last - 64, 4)]
    right = [(before[at + 2 : at + 4], after[at + 2 : at + 4]) for at in range(first, last, 4)]
    assert set(left) == {b"\0\0"}
    assert all(a == b for a, b in right)


@pytest.mark.clause("connekz", "1", "Call recordings, transcripts, summaries, metadata")
def test_it_is_made_from_audio_and_manifest_and_noted_as_proved(line, recording):
    line.run(redact_audio, recording)
    original = line.artifact(recording, ArtifactKind.RECORDING_ORIGINAL)
    assert line.artifact(recording, REDACTED).parents == (original.id, line.artifact(recording, MANIFEST).id)
    facts = line.facts(recording)
    assert (facts["is_redaction_proved"], facts["widened"]) == (True, 0)


def test_redacting_again_changes_nothing(line, recording):
    assert line.run(redact_audio, recording) == line.run(redact_audio, recording)
    assert line.kinds(recording).count(REDACTED.value) == 1


def test_what_is_still_heard_is_muted_wider_and_the_wider_manifest_is_the_one_in_force(line, recording, clock):
    before = read_manifest(line.context, line.owner.id, recording.id)[1]
    clock.move(seconds=1)
    receipt = line.with_parts(listener=Hears(1)).run(redact_audio, recording)
    made, after = read_manifest(line.context, line.owner.id, recording.id)
    assert receipt["attempts"] == 2
    assert after.muted_ms > before.muted_ms
    assert after.entries == before.entries
    assert (line.artifact(recording, REDACTED).parents[1], manifests(line, recording)) == (made.id, 2)
    assert (line.facts(recording)["widened"], line.facts(recording)["muted_ms"]) == (1, after.muted_ms)


@pytest.mark.clause("nejix", "1", "is not stored on our servers")
@pytest.mark.acceptance(10)
def test_what_is_heard_however_wide_it_is_muted_is_withheld_and_nothing_is_kept_or_claimed(line, recording):
    with pytest.raises(Withheld, match="STILL_HEARD"):
        line.with_parts(listener=Hears(99)).run(redact_audio, recording)
    assert (line.artifact(recording, REDACTED), manifests(line, recording)) == (None, 1)
    assert line.facts(recording)["is_redaction_proved"] is False


def test_a_death_between_the_wider_manifest_and_its_audio_ends_as_if_nothing_had_happened(line, recording, clock):
    clock.move(seconds=1)
    vault = line.context.vault

    class Dying(type(vault.objects)):
        def put_if_absent(self, key, body, **more):
            if REDACTED.value in key:
                raise StoreUnreachable("killed here")
            return super().put_if_absent(key, body, **more)

    dying = Vault(database=vault.database, objects=Dying(line.folder / "objects"), keys=vault.keys)
    with pytest.raises(StoreUnreachable):
        line.with_parts(listener=Hears(1), vault=dying).run(redact_audio, recording)
    assert (line.artifact(recording, REDACTED), manifests(line, recording)) == (None, 2)
    assert line.facts(recording)["is_redaction_proved"] is False

    line.with_parts(listener=Hears(0)).run(redact_audio, recording)
    in_force, manifest = read_manifest(line.context, line.owner.id, recording.id)
    assert line.artifact(recording, REDACTED).parents[1] == in_force.id
    facts = line.facts(recording)
    assert (facts["is_redaction_proved"], facts["widened"], facts["muted_ms"]) == (True, 1, manifest.muted_ms)
    assert manifests(line, recording) == 2


def test_what_has_no_place_to_mute_is_withheld_at_once(line, recording):
    class Foreign(DeafListener):
        capabilities = replace(DeafListener.capabilities, languages=("fr",))

    with pytest.raises(Withheld, match="UNSUPPORTED_LANGUAGE"):
        line.with_parts(listener=Foreign()).run(redact_audio, recording)
    assert line.artifact(recording, REDACTED) is None


@pytest.mark.parametrize(("names", "missing"), [((), "not captured"), (("settle_consent", "capture"), "no manifest")])
def test_without_audio_or_manifest_nothing_is_made(line, names, missing):
    recording = line.through(line.record(), *names)
    with pytest.raises(NotFound, match=missing):
        line.run(redact_audio, recording)


@pytest.mark.acceptance(10)
def test_what_nobody_hid_and_is_heard_is_hidden_in_sound_and_text_and_told_to_the_reviewer(line, clock):
    """The caller says a number, and the transcriber wrote other words."""
    misheard = ScriptedTranscriber(Log(line.folder / "vendor.log"), caller="well knee naan ate canaryname")
    attentive = line.with_parts(
        transcribers={"local": misheard}, detector=Detects(), listener=Hears(1, "9 9 8 7", at_ms=2000)
    )
    recording = attentive.through(attentive.record(), "settle_consent", "capture", "transcribe", "detect")
    before = read_manifest(line.context, line.owner.id, recording.id)[1]
    clock.move(seconds=1)

    assert attentive.run(redact_audio, recording)["attempts"] == 2
    attentive.run(redact_text, recording)

    made, after = read_manifest(line.context, line.owner.id, recording.id)
    assert [entry.type for entry in before.entries] == [EntityType.PERSON]
    assert [entry.type for entry in after.entries] == [EntityType.PIN, EntityType.PERSON]
    assert after.muted[0][0].start_ms <= 2500 < before.muted[0][0].start_ms
    for kind in (REDACTED, TEXT):
        assert made.id in line.artifact(recording, kind).parents
    text = line.context.vault.read(line.artifact(recording, TEXT)).decode()
    assert "[PIN_1] [PERSON_1]" in text
    assert "naan" not in text
    facts = line.facts(recording)
    assert (facts["unhidden_types"], facts["entities"], facts["entity_types"]) == ("PIN", 2, "PERSON,PIN")
    assert (facts["listener"], facts["is_redaction_proved"]) == ("deaf", True)
    line.run(publish, recording)
    with line.tx() as tx:
        (review,) = list_reviews(tx)
    assert {"widened", "unhidden:PIN"} <= set(review.reasons)


def test_what_is_heard_unhidden_time_and_again_is_withheld_with_its_kind_for_a_person_to_see(line, recording):
    attentive = line.with_parts(detector=Detects(), listener=Hears(99, "and 9 9 8 7 thanks"))

    with pytest.raises(Withheld) as withheld:
        attentive.run(redact_audio, recording)
    line.run(withhold, recording, withheld.value.reason)

    assert "(PIN)" in withheld.value.reason
    with line.tx() as tx:
        (review,) = list_reviews(tx)
    assert (review.risk, review.reasons) == (100, ("withheld", withheld.value.reason))
    assert "9 9 8 7" not in withheld.value.reason


def test_a_recogniser_is_never_proof_of_its_own_work(line, recording):
    class Same(DeafListener):
        def transcribe(self, audio, *, language):
            return replace(super().transcribe(audio, language=language), engine="scripted", model="1")

    with pytest.raises(Withheld, match="SAME_RECOGNISER"):
        line.with_parts(listener=Same()).run(redact_audio, recording)
    assert line.artifact(recording, REDACTED) is None


def test_the_share_that_is_listened_to_is_the_one_that_is_set(line, recording):
    listened = []
    for share in (0.0, 1.0):
        line.with_parts(listened_share=share).run(redact_audio, recording)
        listened.append(line.facts(recording)["listened_ms"])
    assert 0 < listened[0] <= listened[1]


@pytest.mark.parametrize("style", ["silence", "beep"])
def test_what_is_hidden_has_the_style_that_the_tenant_chose(line, recording, style):
    line.choose(audio_style=style)
    line.run(redact_audio, recording)
    original, redacted = (
        line.context.vault.read(line.artifact(recording, kind)) for kind in (ArtifactKind.RECORDING_ORIGINAL, REDACTED)
    )
    _, manifest = read_manifest(line.context, line.owner.id, recording.id)
    assert manifest.muted_ms
    assert redacted == render_audio(original, dict(enumerate(manifest.muted)), style=style)


def test_a_style_that_is_not_known_redacts_nothing(line, recording):
    line.choose(audio_style="none")
    with pytest.raises(InvalidInput, match="audio style"):
        line.run(redact_audio, recording)
    assert line.artifact(recording, REDACTED) is None
