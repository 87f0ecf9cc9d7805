from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import NotFound, StoreUnreachable, Withheld
from pipeline.model.span import TimeSpan
from pipeline.model.transcript import Utterance, Word
from pipeline.redaction.audio import describe
from pipeline.steps.redact_audio import hidden_values, redact_audio, style_of
from pipeline.steps.redact_text import read_manifest
from pipeline.store.vault import Vault
from tests.pipeline.workflows.house_of_fakes import SAID, DeafListener, ScriptedTranscriber, two_voices

STEPS_BEFORE = ("settle_consent", "capture", "transcribe", "detect", "redact_text")
REDACTED, MANIFEST = ArtifactKind.RECORDING_REDACTED, ArtifactKind.REDACTION_MANIFEST


@pytest.fixture
def recording(line):
    return line.through(line.record(), *STEPS_BEFORE)


class Hears(DeafListener):
    """Makes out the hidden name in the first so many listenings, just beside what is muted."""

    def __init__(self, times: int) -> None:
        self.times = times

    def transcribe(self, audio, *, language):
        deaf = super().transcribe(audio, language=language)
        self.times -= 1
        if self.times < 0:
            return deaf
        heard = tuple(
            (Utterance(channel=n, words=(Word(text="canaryname", channel=n, start_ms=100, end_ms=400),)),)
            for n in range(describe(audio).channels)
        )
        return replace(deaf, channels=heard)


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


def test_hidden_values_lie_where_their_words_were_said(line, recording):
    from pipeline.steps.detect import read_conversation

    conversation, _ = read_conversation(line.context, recording, line.owner)
    _, manifest = read_manifest(line.context, line.owner.id, recording.id)
    values = hidden_values(conversation, manifest)
    assert [(v.text, v.channel, v.time) for v in values] == [
        ("canaryname", 0, TimeSpan(3600, 3750)),
        ("5551234", 0, TimeSpan(4600, 4750)),
    ]


@pytest.mark.parametrize(("chosen", "style"), [("beep", "beep"), ("silence", "silence"), ("none", "silence")])
def test_a_style_that_is_not_known_is_silence(line, chosen, style):
    owner = replace(line.owner, settings=replace(line.owner.settings, audio_style=chosen))
    assert style_of(owner) == style
