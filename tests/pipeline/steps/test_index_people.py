from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import text

from pipeline.model.entity import Entity, EntityType, Evidence
from pipeline.model.span import CharSpan
from pipeline.model.subject import Identifier, IdentifierKind, Strength, Whose
from pipeline.redaction.person_terms import index_key
from pipeline.steps.index_people import index_people, reindex
from pipeline.store.all_tables import ALL_TABLES
from pipeline.store.artifacts import list_artifacts
from pipeline.store.blind_terms import find_person, list_terms_of, want
from tests.pipeline.workflows.house_of_fakes import Log, ScriptedTranscriber

BEFORE = ("settle_consent", "capture", "delete_vendor_copy", "transcribe", "detect", "index_people")
K, T = IdentifierKind, EntityType


@dataclass(frozen=True)
class Finds:
    """Finds listed words."""

    words: tuple[tuple[str, EntityType], ...]
    slot: str | None = None
    version: str = "scripted"

    def detect(self, conversation, *, profile):
        return tuple(
            Entity(
                turn=turn.index,
                span=CharSpan(at, at + len(said)),
                type=kind,
                score=1.0,
                group=1,
                evidence=(Evidence(recognizer="scripted", slot=self.slot),),
            )
            for turn in conversation.turns
            for said, kind in self.words
            if (at := turn.text.find(said)) >= 0
        )


def heard(line, said, *words, slot=None):
    log = Log(line.folder / "vendor.log")
    line = line.with_parts(
        transcribers={"local": ScriptedTranscriber(log, caller=said)}, detector=Finds(tuple(words), slot=slot)
    )
    return line, line.through(line.record(), *BEFORE)


def found(line, kind, value):
    key = index_key(line.context.vault.keys.digest_key(line.owner.id))
    with line.tx() as tx:
        return find_person(tx, want([Identifier(kind=kind, value=value)], key=key))


@pytest.mark.parametrize(
    ("said", "type", "kind", "value"),
    [
        ("canaryanna canarymeier", T.PERSON, K.NAME, "CanaryAnna CanaryMeier"),
        ("a n n a m e i e r", T.PERSON, K.NAME, "Anna Meier"),
        ("two one two five five five oh one double four", T.PHONE_NUMBER, K.NUMBER, "+12125550144"),
        ("anna dot meier at gmail dot com", T.EMAIL_ADDRESS, K.EMAIL, "Anna.Meier@gmail.com"),
        ("ab double two three four", T.ACCOUNT_NUMBER, K.ACCOUNT, "AB22-34"),
    ],
)
@pytest.mark.clause("nejix", "7", "We will respond within 30 days")
def test_a_person_is_found_inside_an_encrypted_transcript(line, said, type, kind, value):
    line, recording = heard(line, f"this is {said} speaking", (said, type))
    (match,) = found(line, kind, value)
    assert (match.recording, match.call, match.strength) == (recording.id, recording.call, Strength.STRONG)
    assert match.whose is Whose.OTHERS


def test_what_answers_a_question_about_oneself_on_a_known_channel_is_ones_own(line):
    line, _ = heard(line, "my name is anna meier", ("anna meier", T.PERSON), slot="PERSON")
    assert [m.whose for m in found(line, K.NAME, "Anna Meier")] == [Whose.OWN]


def test_the_number_of_a_leg_is_the_persons_own_and_the_tenants_numbers_are_nobodys(line):
    line, recording = heard(line, "hello")
    assert [(m.call, m.recording, m.whose) for m in found(line, K.NUMBER, "+12125550100")] == [
        (recording.call, None, Whose.OWN)
    ]
    assert found(line, K.NUMBER, "+12125550101") == ()


def test_no_word_or_number_of_a_call_stands_in_any_column(line):
    words = (("canaryanna", T.PERSON), ("2125550144", T.PHONE_NUMBER), ("canary@example.com", T.EMAIL_ADDRESS))
    line, recording = heard(line, "canaryanna 2125550144 canary@example.com", *words)
    with line.tx() as tx:
        assert len(list_terms_of(tx, recording=recording.id, call=None)) > 4
        whole = "".join(
            str(row)
            for table in ALL_TABLES
            for row in tx.connection.execute(text(f"select to_jsonb(t) from earmark.{table.name} t"))
        )
    assert not [word for word in ("canaryanna", "2125550144", "5550144", "12125550100", "canary@") if word in whole]


def test_the_index_is_built_anew_with_the_same_terms(line):
    line, recording = heard(line, "this is anna meier", ("anna meier", T.PERSON))
    with line.tx() as tx:
        terms = list_terms_of(tx, recording=recording.id, call=recording.call)
        tx.connection.execute(text("delete from earmark.blind_terms"))
    assert found(line, K.NAME, "Anna Meier") == ()
    assert reindex(line.context, line.owner.id)["recordings"] == 1
    with line.tx() as tx:
        assert list_terms_of(tx, recording=recording.id, call=recording.call) == terms
    assert line.events("subject:index:rebuilt")
    assert index_people(line.context, line.owner.id, recording.id) == index_people(
        line.context, line.owner.id, recording.id
    )


@pytest.mark.parametrize(("number", "whose"), [("+12125550144", Whose.OWN), ("+642125550144", Whose.OTHERS)])
def test_a_said_number_is_ones_own_with_the_country_of_the_call(line, number, whose):
    line, _ = heard(line, "my number is 212 555 0144", ("212 555 0144", T.PHONE_NUMBER), slot="PHONE_NUMBER")
    assert [(m.whose, m.strength) for m in found(line, K.NUMBER, number)] == [(whose, Strength.STRONG)]


@pytest.mark.contradiction(14)
def test_a_recording_without_a_manifest_is_indexed_by_its_call_and_purged_words_leave_no_terms(line):
    recording = line.through(line.record(), "settle_consent", "capture")
    assert index_people(line.context, line.owner.id, recording.id)["said"] == 0
    assert found(line, K.NUMBER, "+12125550100")
    line, recording = heard(line, "this is anna meier", ("anna meier", T.PERSON))
    with line.tx() as tx:
        kept = [a.id for a in list_artifacts(tx, recording=recording.id)]
        tx.connection.execute(
            text("update earmark.artifacts set purged_at = now() where id = any(:ids)"), {"ids": kept}
        )
    assert found(line, K.NAME, "Anna Meier") == ()
