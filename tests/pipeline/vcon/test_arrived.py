from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model.entity import Entity, EntityType
from pipeline.model.errors import InvalidInput
from pipeline.model.span import CharSpan
from pipeline.model.transcript import Conversation, Transcript, Utterance, Word, to_conversation
from pipeline.reads.call_export import hidden_places
from pipeline.redaction import render_text as rendering
from pipeline.redaction.groups import number_groups
from pipeline.redaction.inherited import inherit
from pipeline.redaction.manifest import Manifest, build_manifest
from pipeline.redaction.profile import RedactionProfile
from pipeline.redaction.render_text import render_text
from pipeline.vcon.arrived import SCHEMA, Arrived, read_arrived
from pipeline.vcon.arriving import Arriving
from pipeline.vcon.document import Contents, write_vcon
from tests.pipeline.vcon.test_check import AT, CONTENTS

PROFILE, SPEAKERS, LONG_MS = RedactionProfile(), ("caller", "agent"), 60_000


def arriving(document: dict[str, Any]) -> Arriving:
    return Arriving(
        uuid=document["uuid"], origin=document["uuid"], is_signed=True, started_at=AT, duration_s=60, sound=b"x",
        roles=(), receipts=(), document=document,
    )  # fmt: skip


def read(document: dict[str, Any]) -> tuple[Arrived, Transcript | None]:
    return read_arrived(arriving(document), channels=2, duration_ms=LONG_MS, digest="sha512-AA")


def vcon_of(told: Conversation, manifest: Manifest) -> dict[str, Any]:
    contents = Contents(
        recording=CONTENTS.recording, started_at=AT, duration_s=60, tenant_name="Acme", audio=b"x",
        transcript=render_text(told, manifest), hidden=hidden_places(manifest.to_json()),
    )  # fmt: skip
    return write_vcon(contents, made_at=AT)


@st.composite
def calls(draw: st.DrawFn) -> tuple[Conversation, Manifest]:
    """A conversation of two channels, in which some words are hidden."""
    channels = []
    for channel in (0, 1):
        at, utterances = draw(st.integers(0, 900)), []
        for _ in range(draw(st.integers(0, 3))):
            words = []
            for _ in range(draw(st.integers(1, 4))):
                text = draw(st.sampled_from(["ada", "hm,", "o'neil.", "42", "yes"]))
                words.append(Word(text=text, channel=channel, start_ms=at, end_ms=at + 150))
                at += draw(st.sampled_from([150, 200, 900]))
            utterances.append(Utterance(channel=channel, words=tuple(words)))
        channels.append(tuple(utterances))
    heard = Transcript(engine="e", model="1", language="en", duration_ms=LONG_MS, channels=tuple(channels))
    told = to_conversation("c", heard, speakers=SPEAKERS)
    entities = []
    for turn in told.turns:
        places = draw(st.lists(st.sampled_from(turn.word_spans), unique=True, max_size=3))
        for place in sorted(places):
            kind = draw(st.sampled_from([EntityType.PERSON, EntityType.PIN]))
            entities.append(Entity(turn=turn.index, span=CharSpan(place.start, place.end), type=kind, score=1.0))
    texts = [told.turns[e.turn].text[e.span.start : e.span.end] for e in entities]
    made = build_manifest(
        told, number_groups(entities, texts), profile=PROFILE, duration_ms=LONG_MS, channels=2, detector_version="1"
    )
    return told, made


@settings(max_examples=60)
@given(calls())
def test_transcript_and_what_is_hidden_are_the_same_after_a_round_trip(call: tuple[Conversation, Manifest]) -> None:
    before = vcon_of(*call)
    arrived, heard = read(before)
    inherited = Arrived.model_validate_json(arrived.to_json()).inherited()
    assert heard is not None
    assert inherited is not None
    told = to_conversation("c", heard, speakers=SPEAKERS)
    nothing = build_manifest(told, (), profile=PROFILE, duration_ms=LONG_MS, channels=2, detector_version="1")
    after = vcon_of(told, inherit(nothing, told, inherited))
    assert json.loads(after["analysis"][0]["body"]) == json.loads(before["analysis"][0]["body"])
    assert json.loads(after["attachments"][0]["body"]) == json.loads(before["attachments"][0]["body"])


def a_vcon() -> dict[str, Any]:
    word = {"text": "[PERSON_1]", "start_ms": 0, "end_ms": 150}
    turn = {"turn": 0, "speaker": "caller", "channel": 0, "text": "[PERSON_1],", "words": [word]}
    entry = {"type": "PERSON", "label": "PERSON_1", "channel": 0, "times": [[0, 150]]}
    contents = Contents(
        recording=CONTENTS.recording, started_at=AT, duration_s=60, tenant_name="Acme", audio=b"x",
        transcript={"schema": SCHEMA, "language": "en-US", "turns": [turn]},
        hidden={"duration_ms": LONG_MS, "hidden": [entry], "muted": [[[0, 250]], []]},
    )  # fmt: skip
    return write_vcon(contents, made_at=AT)


def test_names_and_numbers_of_people_have_no_way_through():
    document = a_vcon()
    document["parties"] = [
        {"role": "caller", "name": "Ada", "tel": "+12125550199"},
        {"name": "Bob"},
        {"role": "Some One"},
        {"role": "agent", "name": "Acme"},
    ]
    document["dialog"][0]["parties"] = [0, 3, 9, True]
    arrived, heard = read(document)
    assert [party.model_dump(exclude_none=True) for party in arrived.parties] == [
        {"role": "caller"}, {"role": "unknown"}, {"role": "unknown"}, {"role": "agent", "name": "Acme"},
    ]  # fmt: skip
    assert arrived.dialog_parties == (0, 3)
    assert (arrived.language, arrived.speakers, arrived.redacted.uuid) == ("en-US", (), document["redacted"]["uuid"])
    assert heard is not None
    assert [word.text for word in heard.words] == ["[PERSON_1],"]
    assert SCHEMA == rendering.SCHEMA


def test_what_names_nothing_less_redacted_is_itself_what_later_copies_are_redactions_of():
    document = {**a_vcon(), "attachments": [], "analysis": []}
    document.pop("redacted")
    arrived, heard = read(document)
    assert (arrived.redacted.uuid, arrived.redacted.content_hash) == (document["uuid"], "sha512-AA")
    assert (heard, arrived.inherited()) == (None, None)


def test_what_does_not_fit_the_sound_is_refused():
    document = a_vcon()
    places, told = json.loads(document["attachments"][0]["body"]), json.loads(document["analysis"][0]["body"])

    def with_places(**changes: Any) -> dict[str, Any]:
        return {**document, "attachments": [{**document["attachments"][0], "body": json.dumps(places | changes)}]}

    def with_turn(**changes: Any) -> dict[str, Any]:
        body = copy.deepcopy(told)
        body["turns"][0] |= changes
        return {**document, "analysis": [{**document["analysis"][0], "body": json.dumps(body)}]}

    entry, word = places["hidden"][0], told["turns"][0]["words"][0]
    cases = (
        with_places(muted=[[]]),
        with_places(muted=[[[0, LONG_MS + 1]], []]),
        with_places(muted=[[[5, 5]], []]),
        with_places(hidden=[{**entry, "channel": 2}]),
        with_places(hidden=[{**entry, "label": "PERSON_x"}]),
        with_places(hidden=[{**entry, "type": "ELSE"}]),
        with_places(hidden=7),
        with_turn(channel=2),
        with_turn(words=[]),
        with_turn(words=[{**word, "start_ms": 200}]),
        with_turn(words=[{**word, "start_ms": LONG_MS, "end_ms": LONG_MS}]),
        with_turn(text=7),
        {**document, "redacted": {"uuid": document["uuid"], "type": "a\nb"}},
        {**document, "redacted": {"uuid": document["uuid"], "url": "http://plain/"}},
    )
    for case in cases:
        with pytest.raises(InvalidInput):
            read(case)
