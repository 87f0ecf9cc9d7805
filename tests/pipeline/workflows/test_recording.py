from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from inspect import signature

import pytest

from pipeline.model.errors import (
    IntegrityError,
    InvalidInput,
    NotFound,
    StoreUnreachable,
    VendorRefused,
    Withheld,
)
from pipeline.model.recording import RecordingState as S
from pipeline.store.reviews import list_reviews
from pipeline.workflows.recording import STEPS, process_recording, with_context
from tests.conftest import make_tenant
from tests.pipeline.workflows.house_of_fakes import ScriptedTranscriber

START = ["settle_consent", "capture", "delete_vendor_copy", "transcribe"]
WHOLE = [
    *START, "detect", "index_people", "redact_audio", "redact_text", "keep_receipts", "decide", "publish",
    "index_words", "assess_risk",
]  # fmt: skip
YES = {"is_authorised": True, "reason": "granted"}
NO = {"is_authorised": False, "reason": "caller_declined"}


class Noting:
    """Runs nothing and notes what was asked for; a step may answer otherwise or raise."""

    def __init__(self, **answers: Mapping | Exception) -> None:
        self.asked: list[tuple] = []
        self._answers: dict = {
            "settle_consent": YES,
            "transcribe": {"is_transcribed": True, "reason": ""},
            "publish": {"state": "published"},
            "refuse": {"state": "refused"},
            "fail": {"state": "failed"},
        } | answers

    def __call__(self, name: str, *more: object) -> Mapping:
        self.asked.append((name, *more))
        answer = self._answers.get(name, {})
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def names(self) -> list[str]:
        return [name for name, *_ in self.asked]


def test_a_permitted_recording_goes_through_every_step_in_order():
    run = Noting()
    assert process_recording(run) == {"state": "published"}
    assert run.names == WHOLE


def test_a_refused_recording_is_never_fetched_or_heard():
    run = Noting(settle_consent=NO)
    assert process_recording(run) == {"state": "refused"}
    assert run.asked == [("settle_consent",), ("refuse", "caller_declined"), ("keep_receipts",), ("decide",)]


def test_a_recording_that_is_refused_once_its_length_is_known_goes_the_same_way():
    run = Noting(capture={"is_permitted": False, "reason": "caller_withdrawn"})
    assert process_recording(run) == {"state": "refused"}
    assert run.asked[1:] == [("capture",), ("refuse", "caller_withdrawn"), ("keep_receipts",), ("decide",)]


def test_where_nobody_may_hear_it_it_is_withheld_and_decided_but_not_failed_or_published():
    run = Noting(transcribe={"is_transcribed": False, "reason": "transcription: TENANT_OFF"})
    assert process_recording(run)["state"] == "withheld"
    assert run.asked[4:] == [
        ("index_people",),
        ("withhold", "transcription: TENANT_OFF"),
        ("keep_receipts",),
        ("decide",),
        ("assess_risk",),
    ]


@pytest.mark.parametrize("step", ["detect", "redact_text", "redact_audio"])
def test_what_cannot_be_proved_is_withheld_and_never_published(step):
    run = Noting(**{step: Withheld("word_times")})
    assert process_recording(run)["state"] == "withheld"
    after = ["index_people", "withhold", "keep_receipts", "decide", "assess_risk"]
    assert run.names == [*WHOLE[: WHOLE.index(step) + 1], *after]
    assert run.asked[-4] == ("withhold", "word_times")


@pytest.mark.parametrize("step", WHOLE)
@pytest.mark.parametrize("error", [VendorRefused("v", "o"), StoreUnreachable("put"), IntegrityError(), InvalidInput()])
def test_an_error_at_any_step_ends_there_in_a_failure_with_its_name(step, error):
    run = Noting(**{step: error})
    assert process_recording(run) == {"state": "failed"}
    assert run.names == [*WHOLE[: WHOLE.index(step) + 1], "fail", "keep_receipts", "assess_risk"]
    assert ("fail", type(error).__name__) in run.asked


@pytest.mark.parametrize("step", ["withhold", "decide"])
def test_an_error_while_withholding_fails_and_never_publishes(step):
    run = Noting(redact_audio=Withheld("x"), **{step: StoreUnreachable("put")})
    assert process_recording(run) == {"state": "failed"}
    assert "publish" not in run.names


def test_a_vendor_that_keeps_what_it_must_not_fails_aloud():
    run = Noting(settle_consent=NO, refuse=VendorRefused("twilio", "delete"))
    assert process_recording(run) == {"state": "failed"}
    assert run.names == ["settle_consent", "refuse", "fail", "keep_receipts", "assess_risk"]


def test_what_is_no_error_of_ours_is_not_swallowed_here():
    with pytest.raises(KeyError):
        process_recording(Noting(detect=KeyError("canary")))


def test_each_step_is_known_by_its_name_and_runs_with_its_context(line):
    recording = line.record()
    assert set(WHOLE) | {"refuse", "withhold", "fail"} == set(STEPS)
    step = with_context("settle_consent", line.context)
    assert step.__name__ == "settle_consent"
    assert step(line.owner.id, recording.id)["is_authorised"]
    assert with_context("fail", line.context)(line.owner.id, recording.id, "X")["reason"] == "X"


def really(line, recording) -> Mapping:
    def run(name: str, *more: object) -> Mapping:
        return with_context(name, line.context)(line.owner.id, recording.id, *more)

    return process_recording(run)


def test_the_whole_line_publishes_and_leaves_nothing_at_the_vendor(line):
    recording = line.record()
    assert really(line, recording) == {"state": "published", "entities": 2}
    assert line.state(recording) is S.PUBLISHED
    assert not line.at_vendor(recording)
    assert line.asked == ["fetch", "delete", "transcribe"]


def test_the_whole_line_repeated_ends_the_same(line):
    recording = line.record()
    first = really(line, recording)
    kinds = line.kinds(recording)
    assert really(line, recording) == first
    assert (line.state(recording), line.kinds(recording)) == (S.PUBLISHED, kinds)
    assert (line.asked.count("fetch"), line.asked.count("transcribe")) == (1, 1)
    assert line.tags(recording.id).count("recording:redaction:published") == 1


def test_the_whole_line_of_a_tenant_without_transcription_is_withheld_and_stays_so(line):
    recording = line.record()
    line.choose(is_transcription_on=False)
    assert really(line, recording)["state"] == "withheld"
    line.choose(is_transcription_on=True)
    really(line, recording)
    assert line.state(recording) is S.WITHHELD
    assert line.events("recording:redaction:published") == []
    with line.tx() as tx:
        assert [i.risk for i in list_reviews(tx)] == [100]


def test_the_whole_line_of_a_call_that_was_declined_fetches_nothing(line):
    from pipeline.model.consent import Outcome

    recording = line.record(outcomes=[Outcome.DECLINED])
    assert really(line, recording) == {"state": "refused", "reason": "caller_declined"}
    assert (line.asked, line.state(recording)) == (["delete"], S.REFUSED)
    assert set(line.kinds(recording)) == {"consent.receipt"}


def test_a_withdrawal_told_while_it_is_fetched_leaves_nothing_anywhere(line):
    recording = line.record(after_s=2)
    line.run(STEPS["settle_consent"], recording)
    line.withdraw(recording.call, after_s=1)
    assert really(line, recording)["state"] == "refused"
    assert (line.state(recording), line.at_vendor(recording)) == (S.REFUSED, False)
    assert set(line.kinds(recording)) <= {"consent.receipt", "call.metadata"}


def test_where_the_notice_must_be_inside_and_is_not_heard_it_is_kept_sealed_and_published_nowhere(line):
    class Deaf(ScriptedTranscriber):
        def transcribe(self, audio, *, language):
            heard = super().transcribe(audio, language=language)
            return replace(heard, channels=(heard.channels[0], ()))

    deaf = line.with_parts(transcribers={"local": Deaf(line.context.transcribers["local"]._log)})
    recording = line.record(tokens=("N", "R"))
    assert really(deaf, recording)["state"] == "withheld"
    assert (line.state(recording), line.now(recording).reason) == (S.WITHHELD, "notice_not_inside")
    assert {"recording.redacted", "transcript.redacted"}.isdisjoint(line.kinds(recording))
    heard = line.record(tokens=("N", "R"))
    assert really(line, heard)["state"] == "published"


@pytest.mark.parametrize("source", ["Trunking", "DialVerb"])
def test_what_somebody_else_recorded_without_a_yes_is_gone_from_the_vendor_and_was_never_here(line, source):
    recording = line.record(source=source, outcomes=[])
    assert really(line, recording)["state"] == "refused"
    assert ("fetch" in line.asked, line.at_vendor(recording)) == (False, False)


def test_work_that_names_anothers_recording_ends_at_every_step_as_if_it_were_nowhere(line, database, keys):
    other = make_tenant(database, keys, "other")
    recording = line.record()
    line.run(STEPS["settle_consent"], recording)
    before = (line.now(recording), list(line.asked), line.kinds(recording), line.at_vendor(recording))

    def ended(step: str, id: str) -> str:
        more = ("x",) * (len(signature(STEPS[step]).parameters) - 3)
        try:
            return f"gave {with_context(step, line.context)(other.id, id, *more)}".replace(id, "<id>")
        except NotFound as error:
            return f"not found: {error}".replace(id, "<id>")

    ends = {step: ended(step, recording.id) for step in STEPS}
    assert ends == {step: ended(step, "rec_none") for step in STEPS}
    assert [step for step, how in ends.items() if how.startswith("gave")] == ["index_words"]  # nothing, of nothing
    assert ends["index_words"] == "gave {'words': 0}"
    assert (line.now(recording), list(line.asked), line.kinds(recording), line.at_vendor(recording)) == before
