from __future__ import annotations

from dataclasses import replace

from pipeline.model.entity import EntityType as T
from pipeline.model.span import CharSpan, TimeSpan
from pipeline.redaction.manifest_diff import DiffKind, diff_manifests
from pipeline.redaction.profile import RedactionProfile
from tests.pipeline.redaction.calls import a_conversation, a_manifest, finder, said

TIGHT = RedactionProfile(padding_ms=0, merge_gap_ms=0)
CALL = a_conversation(said(0, "it is harriet from the bank of hairy trees", 3000))


def manifest(**known: T):
    phrases = {phrase.replace("_", " "): type for phrase, type in known.items()}
    return a_manifest(CALL, finder(phrases)(CALL), duration_ms=12_000, profile=TIGHT)


def test_a_version_does_not_differ_from_itself():
    assert diff_manifests(manifest(harriet=T.PERSON), manifest(harriet=T.PERSON)) == ()


def test_what_is_added_and_removed_is_told_with_type_channel_and_time():
    found = diff_manifests(manifest(harriet=T.PERSON), manifest(hairy_trees=T.STREET_ADDRESS))
    assert [(d.kind, d.type, d.channel, d.time) for d in found] == [
        (DiffKind.REMOVED, T.PERSON, 0, TimeSpan(3700, 4000)),
        (DiffKind.ADDED, T.STREET_ADDRESS, 0, TimeSpan(5450, 6100)),
    ]


def test_what_covers_other_words_under_the_same_type_has_moved():
    (moved,) = diff_manifests(manifest(harriet=T.PERSON), manifest(is_harriet=T.PERSON))
    assert (moved.kind, moved.time, moved.was) == (DiffKind.MOVED, TimeSpan(3350, 4000), TimeSpan(3700, 4000))


def test_another_type_over_the_same_words_is_one_removed_and_one_added():
    found = diff_manifests(manifest(harriet=T.PERSON), manifest(harriet=T.LOCATION))
    assert [(d.kind, d.type) for d in found] == [(DiffKind.ADDED, T.LOCATION), (DiffKind.REMOVED, T.PERSON)]


def test_sound_that_is_muted_or_heard_is_told_beside_the_words():
    old = manifest(harriet=T.PERSON)
    new = replace(old, muted=((TimeSpan(3600, 3900), TimeSpan(7000, 7500)), ()))
    assert [(d.kind, d.type, d.time) for d in diff_manifests(old, new)] == [
        (DiffKind.MUTED, None, TimeSpan(3600, 3700)),
        (DiffKind.SOUNDED, None, TimeSpan(3900, 4000)),
        (DiffKind.MUTED, None, TimeSpan(7000, 7500)),
    ]


def test_what_differs_holds_no_word():
    found = diff_manifests(manifest(harriet=T.PERSON), manifest(hairy_trees=T.STREET_ADDRESS))
    assert "harriet" not in repr(found)
    assert manifest(harriet=T.PERSON).entries[0].span == CharSpan(6, 13)
