from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.decisions.quality_readings import Ruling, finish, give_back, rule, take
from pipeline.model.draw import EVERY
from pipeline.model.entity import EntityType
from pipeline.model.errors import IllegalTransition, InvalidInput, NotFound, NotPermitted, StoreUnreachable
from pipeline.model.quality import Counts, Findings, Verdict
from pipeline.model.review import ChangeKind
from pipeline.model.second_reading import Choice
from pipeline.reads.quality_sheet import open_dispute, open_sheet
from pipeline.store.quality_samples import read_findings
from pipeline.store.redaction_changes import list_changes
from pipeline.store.redaction_versions import get_version
from tests import corrections
from tests.fakes import NotedQueue
from tests.quality import ADA, BEN, CAT, MISSED_WORD, desk, found_on, published, read_as, sample_of, set_to, taken
from tests.queued import Queued

NAME, PHONE = EntityType.PERSON, EntityType.PHONE_NUMBER


def test_a_call_that_one_person_reads_is_finished_with_what_they_found(line):
    set_to(line)
    recording = published(line)
    read_as(line, ADA, wrong=[0], missed=EntityType.PIN)
    sample = sample_of(line, recording)
    assert sample.state == "finished"
    assert sample.counts == {
        NAME: Counts(not_personal=1),
        PHONE: Counts(personal=1),
        EntityType.PIN: Counts(missed=1),
    }
    assert line.events("quality:sample:finished") == [{"recording": recording.id, "entities": 2, "missed": 1}]
    with line.tx() as tx:
        assert read_findings(tx, sample.id, keys=line.context.vault.keys).verdicts[0] is Verdict.NOT_PERSONAL


def test_nobody_reads_a_call_twice_and_one_reader_is_enough_where_no_second_is_drawn(line):
    set_to(line)
    published(line)
    first = taken(line, ADA)
    with line.tx() as tx:
        assert take(tx, actor=ADA) is None
        assert take(tx, actor=BEN) is None
        give_back(tx, first.id, actor=ADA)
        assert take(tx, actor=ADA) is None
        again = take(tx, actor=BEN)
    assert again is not None
    assert again.part is first.part


def test_two_readers_are_given_the_same_and_are_told_nothing_of_each_other(line):
    set_to(line, second=EVERY)
    published(line)
    readings = {who: taken(line, who) for who in (ADA, BEN)}
    with line.tx() as tx:
        assert take(tx, actor=CAT) is None
    sheets = [open_sheet(line.context.vault, line.owner.id, readings[who].id, actor=who) for who in (ADA, BEN)]
    assert sheets[0] == sheets[1]
    told = [line.events("quality:reading:taken"), line.events("artifact:artifact:read")]
    assert "second" not in str(told)
    with pytest.raises(NotFound):
        open_sheet(line.context.vault, line.owner.id, readings[ADA].id, actor=BEN)


def test_two_readers_who_agree_finish_a_call_and_their_agreement_is_counted(line):
    set_to(line, second=EVERY)
    recording = published(line)
    read_as(line, ADA, missed=EntityType.PIN)
    assert sample_of(line, recording).state == "open"
    read_as(line, BEN, missed=EntityType.PIN)
    sample = sample_of(line, recording)
    assert sample.state == "finished"
    assert (sample.compared.entities.neither, sample.compared.words.both, sample.compared.marks.both) == (2, 1, 1)
    assert sample.compared.words.neither > 10


@pytest.fixture
def disputed(line):
    """Ada takes the name for nothing personal; Ben finds a word that was missed."""
    set_to(line, second=EVERY)
    recording = published(line)
    read_as(line, ADA, wrong=[0])
    read_as(line, BEN, missed=EntityType.PIN)
    return recording


def settled(line, recording, *, who=CAT, queue=None, **ruling):
    sheet, _ = open_dispute(line.context.vault, line.owner.id, sample_of(line, recording).id, actor=who)
    given = {"verdicts": {0: Verdict.PERSONAL}, "marks": [Choice.SECOND], "reason": "canary reason"} | ruling
    with line.tx() as tx:
        rule(tx, sample_of(line, recording).id, Ruling(**given), sheet=sheet, desk=desk(line, queue), actor=who)


def test_what_two_readers_differ_in_waits_for_a_third_who_settles_it(line, disputed):
    assert sample_of(line, disputed).state == "disputed"
    settled(line, disputed)
    sample = sample_of(line, disputed)
    assert (sample.state, sample.settled_by) == ("finished", CAT)
    assert sample.counts[NAME] == Counts(personal=1)
    assert sample.counts[EntityType.PIN] == Counts(missed=1)
    assert (sample.compared.entities.only_first, sample.compared.marks.only_second) == (1, 1)
    assert line.events("quality:sample:settled") == [{"verdicts": 1, "marks": 1}]


def test_all_that_is_disputed_is_settled_with_a_reason(line, disputed):
    for ruling in ({"reason": " "}, {"verdicts": {}}, {"marks": []}, {"verdicts": {1: Verdict.PERSONAL}}):
        with pytest.raises(InvalidInput):
            settled(line, disputed, **ruling)
    assert sample_of(line, disputed).state == "disputed"


def test_who_read_a_call_does_not_settle_it_and_what_is_settled_stays_settled(line, disputed):
    for who in (ADA, BEN):
        with pytest.raises(NotPermitted):
            settled(line, disputed, who=who)
    settled(line, disputed)
    with pytest.raises(IllegalTransition):
        settled(line, disputed)


def test_a_reading_counts_when_the_whole_call_was_read_and_each_entity_has_a_verdict(line):
    set_to(line)
    published(line)
    reading = taken(line, ADA)
    sheet = open_sheet(line.context.vault, line.owner.id, reading.id, actor=ADA)
    for found, is_whole in ((found_on(sheet), False), (Findings(verdicts=()), True)):
        with pytest.raises(InvalidInput), line.tx() as tx:
            finish(tx, reading.id, found, sheet=sheet, is_whole=is_whole, desk=desk(line), actor=ADA)
    with pytest.raises(NotFound), line.tx() as tx:
        finish(tx, reading.id, found_on(sheet), sheet=sheet, is_whole=True, desk=desk(line), actor=BEN)
    assert line.events("quality:reading:finished") == []


def test_a_finished_reading_is_neither_finished_again_nor_given_back(line):
    set_to(line, second=EVERY)
    published(line)
    reading = read_as(line, ADA)
    with pytest.raises(IllegalTransition), line.tx() as tx:
        give_back(tx, reading.id, actor=ADA)
    with pytest.raises(IllegalTransition):
        open_sheet(line.context.vault, line.owner.id, reading.id, actor=ADA)


def test_a_finished_call_asks_for_its_case_where_the_tenant_allows_it_or_is_not_finished(line):
    queue = NotedQueue()
    set_to(line, keeps_cases=True)
    recording = published(line)
    queue.is_broken = True
    with pytest.raises(StoreUnreachable):
        read_as(line, ADA, queue=queue)
    assert sample_of(line, recording).state == "open"


def test_what_a_reader_marked_stands_in_no_column_in_the_clear(line, disputed):
    settled(line, disputed)
    with line.tx() as tx:
        for table in ("quality_samples", "quality_readings", "quality_rates"):
            rows = tx.connection.exec_driver_sql(f"select * from earmark.{table}").all()
            assert rows
            assert "canary" not in str(rows)


def test_what_a_reading_finds_missed_is_hidden_in_the_next_version_and_what_ended_stays_as_it_is(line, clock):
    queue = Queued()
    set_to(line)
    recording = corrections.published(line)
    assert MISSED_WORD in corrections.shown(line, recording)
    read_as(line, ADA, missed=EntityType.PIN, queue=queue)
    with line.tx() as tx:
        (change,) = list_changes(tx, recording.id)
    assert (change.kind, change.type, change.actor, change.channel) == (ChangeKind.ADD, EntityType.PIN, ADA, 0)
    clock.at += timedelta(minutes=5)
    queue.work_off(line.context)
    assert MISSED_WORD not in corrections.shown(line, recording)
    with line.tx() as tx:
        assert get_version(tx, recording.id).number == 2
    ended = corrections.published(line)
    reading = taken(line, ADA)
    sheet = open_sheet(line.context.vault, line.owner.id, reading.id, actor=ADA)
    corrections.an_ending(line, ended)
    with line.tx() as tx:
        found = found_on(sheet, missed=EntityType.PIN)
        finish(tx, reading.id, found, sheet=sheet, is_whole=True, desk=desk(line), actor=ADA)
        assert list_changes(tx, ended.id) == ()
