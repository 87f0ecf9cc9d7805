from __future__ import annotations

import json

import pytest

from pipeline.model.draw import EVERY
from pipeline.model.entity import EntityType
from pipeline.model.errors import IllegalTransition, NotFound, NotPermitted, Withheld
from pipeline.model.span import CharSpan, TimeSpan
from pipeline.reads.quality_sheet import make_sheet, open_dispute, open_sheet, open_sound
from pipeline.redaction.manifest import Entry, Manifest
from tests.quality import ADA, BEN, CAT, end, published, read_as, sample_of, set_to, taken, taken_through


def shown(sheet) -> list[str]:
    return [" ".join(word.text for word in turn.words) for turn in sheet.turns]


@pytest.mark.parametrize("style", ["label", "encrypt", "remove"])
def test_hidden_words_are_labels_whatever_the_tenants_style_and_each_has_its_entry(line, style):
    line.choose(text_style=style)
    set_to(line)
    taken_through(line)
    sheet = open_sheet(line.context.vault, line.owner.id, taken(line, ADA).id, actor=ADA)
    assert "my name is [PERSON_1] and my number is [PHONE_NUMBER_1]" in shown(sheet)
    assert sheet.types == (EntityType.PERSON, EntityType.PHONE_NUMBER)
    assert [w.entry for t in sheet.turns for w in t.words if w.entry is not None] == [0, 1]


def test_each_look_is_in_the_log_and_says_nothing_of_who_else_reads(line):
    set_to(line, second=EVERY)
    published(line)
    reading = taken(line, ADA)
    open_sheet(line.context.vault, line.owner.id, reading.id, actor=ADA)
    assert open_sound(line.context.vault, line.owner.id, reading.id, actor=ADA)[:4] == b"RIFF"
    kinds = [event["kind"] for event in line.events("artifact:artifact:read")]
    assert kinds == ["redaction.manifest", "transcript.redacted", "recording.redacted"]


def test_what_has_ended_is_shown_to_no_reader(line):
    set_to(line)
    recording = published(line)
    reading = taken(line, ADA)
    with line.tx() as tx:
        end(tx, recording)
    with pytest.raises(NotPermitted):
        open_sheet(line.context.vault, line.owner.id, reading.id, actor=ADA)
    with pytest.raises(NotPermitted):
        open_sound(line.context.vault, line.owner.id, reading.id, actor=ADA)


def test_a_third_person_sees_the_call_and_both_findings_and_the_readers_do_not(line):
    set_to(line, second=EVERY)
    recording = published(line)
    read_as(line, ADA, wrong=[1])
    sample = sample_of(line, recording).id
    with pytest.raises(IllegalTransition):
        open_dispute(line.context.vault, line.owner.id, sample, actor=CAT)
    read_as(line, BEN)
    sheet, (first, second) = open_dispute(line.context.vault, line.owner.id, sample, actor=CAT)
    assert len(sheet.types) == 2
    assert first != second
    with pytest.raises(NotPermitted):
        open_dispute(line.context.vault, line.owner.id, sample, actor=BEN)
    with pytest.raises(NotFound):
        open_dispute(line.context.vault, line.owner.id, "qsm_none", actor=CAT)


def a_manifest(*entries: Entry) -> Manifest:
    return Manifest(
        conversation_id="c", language="en", detector_version="1", profile_digest="0", duration_ms=9000,
        entries=entries, muted=((),),
    )  # fmt: skip


def an_entry(group: int, *times: tuple[int, int]) -> Entry:
    return Entry(
        turn=0, span=CharSpan(group, group + 1), type=EntityType.PIN, score=1, evidence=(), group=group, channel=0,
        times=tuple(TimeSpan(a, b) for a, b in times),
    )  # fmt: skip


def test_two_labels_in_one_word_are_two_entities_and_the_words_between_stay_where_they_were():
    words = [{"text": "a", "start_ms": 0, "end_ms": 90}, {"text": "[PIN_1][PIN_2]", "start_ms": 100, "end_ms": 300},
             {"text": "b", "start_ms": 300, "end_ms": 300}]  # fmt: skip
    sheet = make_sheet(
        a_manifest(an_entry(1, (100, 200)), an_entry(2, (100, 200), (200, 300))),
        json.loads(
            json.dumps({"turns": [{"turn": 0, "channel": 0, "speaker": "caller", "text": "a b", "words": words}]})
        ),
    )
    assert shown(sheet) == ["a [PIN_1] [PIN_2] b"]
    assert sheet.visible == 2


def test_words_without_times_cannot_be_marked_and_are_not_given_to_a_reader():
    with pytest.raises(Withheld):
        make_sheet(a_manifest(), {"turns": [{"turn": 0, "channel": 0, "speaker": "caller", "text": "a b"}]})
