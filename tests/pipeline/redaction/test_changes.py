from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipeline.model.bleed import Bleed, BleedSign
from pipeline.model.entity import EntityType as T
from pipeline.model.errors import Withheld
from pipeline.model.ids import RecordingId
from pipeline.model.review import ChangeKind, ChangeState, RedactionChange
from pipeline.model.span import TimeSpan
from pipeline.redaction.changes import Changed, apply_changes, is_hidden_again
from pipeline.redaction.manifest import Manifest
from pipeline.redaction.profile import RedactionProfile
from tests.pipeline.redaction.calls import a_conversation, a_manifest, finder, said

TIGHT = RedactionProfile(padding_ms=100, merge_gap_ms=0)
CALL = a_conversation(
    said(1, "hello who is there", 0), said(0, "it is harriet from the bank of hairy trees", 3000), said(1, "bye", 9000)
)
HARRIET, HAIRY, TREES = TimeSpan(3700, 4000), TimeSpan(5450, 5750), TimeSpan(5800, 6100)
MANIFEST = a_manifest(CALL, finder({"harriet": T.PERSON})(CALL), duration_ms=12_000, profile=TIGHT)


def change(kind: ChangeKind, time: TimeSpan, *, type: T = T.PERSON, channel: int = 0) -> RedactionChange:
    at = datetime(2026, 11, 21, tzinfo=UTC)
    return RedactionChange(
        id="chg_1",
        recording=RecordingId("rec_1"),
        batch=None,
        kind=kind,
        type=type,
        channel=channel,
        time=time,
        code=None,
        base_version=1,
        actor="user:ada",
        at=at,
        due_at=at,
        state=ChangeState.WAITING,
    )


def add(time: TimeSpan, **chosen) -> RedactionChange:
    return change(ChangeKind.ADD, time, **chosen)


def clear(time: TimeSpan, **chosen) -> RedactionChange:
    return change(ChangeKind.NOT_PERSONAL, time, **chosen)


def applied(*changes: RedactionChange, manifest: Manifest = MANIFEST) -> Changed:
    return apply_changes(manifest, CALL, changes, profile=TIGHT)


def hidden(manifest: Manifest) -> list[tuple[str, T]]:
    turns = {turn.index: turn for turn in CALL.turns}
    return [(turns[e.turn].text[e.span.start : e.span.end], e.type) for e in manifest.entries]


def is_muted(manifest: Manifest, time: TimeSpan, channel: int = 0) -> bool:
    return any(s.start_ms <= time.start_ms and time.end_ms <= s.end_ms for s in manifest.muted[channel])


def test_what_is_added_is_hidden_in_whole_words_and_muted_and_says_that_a_reviewer_did_it():
    made = applied(add(TimeSpan(5500, 5810), type=T.STREET_ADDRESS)).manifest
    assert hidden(made) == [("harriet", T.PERSON), ("hairy trees", T.STREET_ADDRESS)]
    assert is_muted(made, HAIRY)
    assert is_muted(made, TREES)
    assert [e.recognizer for e in made.entries[1].evidence] == ["Reviewer"]


def test_what_is_not_personal_is_shown_and_heard_and_all_else_stays_hidden():
    both = a_manifest(CALL, finder({"harriet": T.PERSON, "trees": T.PERSON})(CALL), duration_ms=12_000, profile=TIGHT)
    made = applied(clear(HARRIET), manifest=both)
    assert hidden(made.manifest) == [("trees", T.PERSON)]
    assert (made.manifest.muted, made.let_stand) == (((TimeSpan(5700, 6200),), ()), ((0, HARRIET),))


@pytest.mark.parametrize(
    "other",
    [clear(HARRIET, type=T.CREDIT_CARD), clear(HARRIET, channel=1), clear(TREES), clear(TimeSpan(3700, 3800))],
    ids=["another type", "another channel", "another time", "less than half of it"],
)
def test_only_what_a_change_speaks_of_is_shown(other):
    made = applied(other).manifest
    assert hidden(made) == [("harriet", T.PERSON)]


def test_sound_of_what_stays_hidden_is_muted_however_much_of_it_was_called_not_personal():
    assert is_muted(applied(clear(HARRIET, type=T.CREDIT_CARD)).manifest, HARRIET)


def test_where_nothing_was_transcribed_the_sound_alone_is_muted_on_every_channel_that_carries_it():
    heard_on = (Bleed(channel=0, on=1, delay_ms=40, sign=BleedSign.WAVEFORM),)
    made = applied(add(TimeSpan(7000, 7400)), manifest=replace(MANIFEST, heard_on=heard_on)).manifest
    assert hidden(made) == [("harriet", T.PERSON)]
    assert is_muted(made, TimeSpan(6900, 7500))
    assert is_muted(made, TimeSpan(6900, 7540), channel=1)


def test_the_last_word_on_a_place_holds():
    assert hidden(applied(clear(HARRIET), add(HARRIET)).manifest) == [("harriet", T.PERSON)]
    assert applied(clear(HARRIET), add(HARRIET)).let_stand == ()
    again = applied(add(TREES), clear(TREES))
    assert (hidden(again.manifest), again.let_stand) == ([("harriet", T.PERSON)], ((0, TREES),))
    assert not is_muted(again.manifest, TREES)


def test_what_is_hidden_keeps_its_type_whatever_is_added_over_it():
    """One reviewer alone could else call a card a name, and then show the name."""
    card = a_manifest(CALL, finder({"hairy": T.CREDIT_CARD})(CALL), duration_ms=12_000, profile=TIGHT)
    unsure = replace(card, entries=tuple(replace(e, score=0.2) for e in card.entries))
    made = applied(add(TimeSpan(5450, 6100)), manifest=unsure).manifest
    assert hidden(made) == [("hairy", T.CREDIT_CARD), ("trees", T.PERSON)]
    assert hidden(applied(add(HAIRY), clear(HAIRY), manifest=unsure).manifest) == [("hairy", T.CREDIT_CARD)]


def test_a_muted_place_without_words_can_be_opened_again():
    silent = TimeSpan(7000, 7400)
    assert is_muted(applied(add(silent)).manifest, silent)
    once = applied(add(silent)).manifest
    assert not is_muted(applied(add(silent), clear(silent), manifest=once).manifest, silent)


def test_changes_that_are_in_a_manifest_already_change_nothing():
    changes = (add(TREES), clear(HARRIET), add(TimeSpan(7000, 7400)))
    once = applied(*changes)
    assert applied(*changes, manifest=once.manifest) == once


def test_a_new_detectors_manifest_takes_the_changes_over():
    new = a_manifest(CALL, finder({"it is harriet": T.PERSON, "bank": T.LOCATION})(CALL), duration_ms=12_000)
    made = applied(add(TREES), clear(TimeSpan(3000, 4000)), manifest=new).manifest
    assert hidden(made) == [("bank", T.LOCATION), ("trees", T.PERSON)]


def test_what_was_muted_wider_to_prove_it_stays_muted():
    wide = MANIFEST.widened(1500)
    made = applied(add(TREES), manifest=wide).manifest
    assert is_muted(made, TimeSpan(2100, 5600))
    opened = applied(clear(HARRIET), manifest=wide).manifest
    assert not is_muted(opened, HARRIET)
    assert is_muted(opened, TimeSpan(2100, 3600))


@pytest.mark.parametrize("outside", [add(TREES, channel=2), add(TimeSpan(12_000, 12_500))])
def test_a_place_outside_the_sound_withholds_the_whole(outside):
    with pytest.raises(Withheld, match="change"):
        applied(outside)


def test_what_proving_hides_again_where_it_was_let_stand_is_seen():
    shown = applied(clear(HARRIET))
    assert is_hidden_again(shown.manifest, MANIFEST, shown.let_stand)
    assert not is_hidden_again(MANIFEST, MANIFEST, shown.let_stand)
    assert not is_hidden_again(shown.manifest, applied(clear(HARRIET), add(TREES)).manifest, shown.let_stand)


def test_confirming_changes_nothing():
    assert applied(change(ChangeKind.CONFIRM, HARRIET)) == applied()
    assert hidden(applied().manifest) == [("harriet", T.PERSON)]
