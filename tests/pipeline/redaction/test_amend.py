from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.entity import Entity, EntityType, Evidence
from pipeline.model.errors import Withheld
from pipeline.model.span import CharSpan, TimeSpan
from pipeline.redaction.amend import amend
from pipeline.redaction.finding import Finding, Reason
from pipeline.redaction.manifest import Manifest
from pipeline.redaction.profile import DEFAULT_PROFILE, RedactionProfile
from tests.pipeline.redaction.calls import a_conversation, a_manifest, finder, said

PERSON = EntityType.PERSON
CALL = a_conversation(
    said(1, "hello who is there", 0), said(0, "it is harriet from the bank of hairy trees", 3000), said(1, "bye", 9000)
)
MANIFEST = a_manifest(CALL, finder({"harriet": PERSON})(CALL), duration_ms=12_000)
PLACE = TimeSpan(6000, 6500)
STILL = Finding(reason=Reason.STILL_HEARD, channel=0, time=TimeSpan(4500, 4700), kind=PERSON)


def entity(first: str, last: str, *, turn: int = 1, kind: EntityType = PERSON) -> Entity:
    text = CALL.turns[turn].text
    span = CharSpan(text.index(first), text.index(last) + len(last))
    return Entity(turn=turn, span=span, type=kind, score=0.8, evidence=(Evidence(recognizer="SecondRecogniser"),))


def unhidden(*entities: Entity, time: TimeSpan = PLACE, channel: int = 0) -> Finding:
    return Finding(reason=Reason.UNHIDDEN, channel=channel, time=time, kind=PERSON, entities=entities)


def hidden(manifest: Manifest) -> list[str]:
    return [CALL.turns[e.turn].text[e.span.start : e.span.end] for e in manifest.entries]


def is_muted(manifest: Manifest, channel: int, time: TimeSpan) -> bool:
    return any(s.start_ms <= time.start_ms and time.end_ms <= s.end_ms for s in manifest.muted[channel])


def test_where_something_is_still_heard_more_is_muted_and_the_text_stays() -> None:
    amended = amend(MANIFEST, CALL, [STILL], profile=DEFAULT_PROFILE)

    assert amended.entries == MANIFEST.entries
    assert is_muted(amended, 0, TimeSpan(4000, 5200))
    assert amended.muted[1] == MANIFEST.muted[1]


def test_what_was_not_hidden_is_hidden_in_the_text_and_muted_with_its_words() -> None:
    found = unhidden(entity("hairy", "trees"))

    amended = amend(MANIFEST, CALL, [found], profile=DEFAULT_PROFILE)

    assert hidden(amended) == ["harriet", "hairy trees"]
    added = amended.entries[1]
    assert (added.type, added.channel, added.label) == (PERSON, 0, "PERSON_2")
    assert added.evidence[0].recognizer == "SecondRecogniser"
    assert is_muted(amended, 0, TimeSpan(5500, 7000))
    assert all(is_muted(amended, 0, time) for time in added.times)


def test_where_the_transcript_says_nothing_only_the_sound_is_hidden() -> None:
    amended = amend(MANIFEST, CALL, [unhidden(channel=1)], profile=DEFAULT_PROFILE)

    assert amended.entries == MANIFEST.entries
    assert is_muted(amended, 1, TimeSpan(5500, 7000))


def test_findings_that_overlap_are_both_hidden_whole() -> None:
    first, second = entity("bank", "hairy"), entity("of", "trees", kind=EntityType.LOCATION)

    amended = amend(MANIFEST, CALL, [unhidden(first), unhidden(second)], profile=DEFAULT_PROFILE)

    text = CALL.turns[1].text
    covered = {n for e in amended.entries for n in range(e.span.start, e.span.end)}
    assert set(range(text.index("bank"), text.index(" of"))) <= covered
    assert set(range(text.index("of"), len(text))) <= covered
    ordered = [e.span for e in amended.entries if e.turn == 1]
    assert all(not a.touches(b) for n, a in enumerate(ordered) for b in ordered[n + 1 :])


@given(st.integers(0, 11_000), st.integers(1, 4000), st.integers(0, 1), st.integers(0, 2000))
def test_all_that_was_hidden_stays_hidden_and_nothing_lies_beyond_the_call(
    start: int, length: int, channel: int, padding: int
) -> None:
    finding = unhidden(entity("bank", "trees"), time=TimeSpan(start, start + length), channel=channel)

    amended = amend(MANIFEST, CALL, [finding], profile=replace(DEFAULT_PROFILE, padding_ms=padding))

    assert set(hidden(MANIFEST)) <= set(hidden(amended))
    assert all(is_muted(amended, n, span) for n in range(2) for span in MANIFEST.muted[n])
    assert all(0 <= span.start_ms < span.end_ms <= 12_000 for n in range(2) for span in amended.muted[n])
    assert is_muted(amended, channel, TimeSpan(start, min(start + length, 12_000)))
    assert Manifest.from_json(amended.to_json()) == amended


def test_even_a_tenant_without_padding_has_more_muted_each_time() -> None:
    bare = RedactionProfile(padding_ms=0)

    once = amend(MANIFEST, CALL, [STILL], profile=bare)

    assert is_muted(once, 0, TimeSpan(4100, 5100))


@pytest.mark.parametrize(
    "finding",
    [
        Finding(reason=Reason.CHANGED_OUTSIDE, channel=0, time=TimeSpan(0, 100)),
        Finding(reason=Reason.NOT_SILENT, channel=0, time=TimeSpan(0, 100)),
        Finding(reason=Reason.LOW_SPEECH_COVERAGE, channel=1),
        Finding(reason=Reason.UNDECODABLE),
        Finding(reason=Reason.SAME_RECOGNISER),
        replace(STILL, channel=2),
    ],
)
def test_what_muting_cannot_mend_withholds(finding: Finding) -> None:
    with pytest.raises(Withheld, match=finding.reason):
        amend(MANIFEST, CALL, [STILL, finding], profile=DEFAULT_PROFILE)
