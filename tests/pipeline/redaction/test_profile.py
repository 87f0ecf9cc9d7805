from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.entity import EntityType as T
from pipeline.model.errors import InvalidInput
from pipeline.model.tenant import TenantSecrets, TenantSettings
from pipeline.policies.entity_sets import list_entity_sets, load_entity_set
from pipeline.redaction.profile import DEFAULT_PROFILE, MOST_WORDS, RedactionProfile, TextStyle, make_profile

WORDS = ("hide_words", "keep_words")


def profile(**chosen: Any) -> RedactionProfile:
    """The profile of a tenant that has chosen this."""
    settings = TenantSettings(**{name: value for name, value in chosen.items() if name not in WORDS})
    return make_profile(settings, TenantSecrets(**{name: chosen[name] for name in WORDS if name in chosen}))


def test_a_tenant_that_chose_nothing_has_the_defaults() -> None:
    assert profile() == DEFAULT_PROFILE


@pytest.mark.parametrize("name", list_entity_sets())
@pytest.mark.parametrize("type", [T.OTHER, T.TENANT_WORD])
def test_what_nobody_can_name_is_hidden_in_every_entity_set_however_unsure(name: str, type: T) -> None:
    assert profile(entity_set=name, threshold=0.9).hides(type, 0.0)


def test_a_payment_profile_hides_cards_and_shows_names() -> None:
    payment = profile(entity_set="payment")
    assert (payment.hides(T.CREDIT_CARD, 0.9), payment.hides(T.PERSON, 0.9)) == (True, False)


def test_a_threshold_holds_for_all_types_and_one_of_a_type_for_that() -> None:
    chosen = profile(threshold=0.6, thresholds={"PERSON": 0.2, "PIN": 0.8})
    assert [chosen.hides(T.PERSON, s) for s in (0.19, 0.2)] == [False, True]
    assert [chosen.hides(T.PIN, s) for s in (0.79, 0.8)] == [False, True]
    assert [chosen.hides(T.LOCATION, s) for s in (0.59, 0.6)] == [False, True]


@given(
    st.sampled_from(list_entity_sets()),
    st.none() | st.floats(0, 0.9),
    st.dictionaries(st.sampled_from([t.value for t in T if t not in (T.OTHER, T.TENANT_WORD)]), st.floats(0, 0.9)),
)
def test_no_tenant_can_ask_for_more_evidence_than_its_entity_set_allows(
    name: str, threshold: float | None, thresholds: dict[str, float]
) -> None:
    chosen = profile(entity_set=name, threshold=threshold, thresholds=thresholds)
    ceilings = load_entity_set(name).ceilings
    assert all(chosen.hides(type, ceiling) for type, ceiling in ceilings.items())
    for type in chosen.entity_types - ceilings.keys() - {T.OTHER, T.TENANT_WORD}:
        asked = thresholds.get(type.value, DEFAULT_PROFILE.threshold if threshold is None else threshold)
        assert chosen.hides(type, asked)
        assert asked == 0 or not chosen.hides(type, math.nextafter(asked, 0))


def test_nothing_that_is_hidden_lies_below_the_least_threshold() -> None:
    assert DEFAULT_PROFILE.least == DEFAULT_PROFILE.threshold
    assert profile(threshold=0.6, thresholds={"PIN": 0.8}).least == 0.6
    assert profile(threshold=0.6, thresholds={"PIN": 0.2}).least == 0.2
    assert profile(entity_set="children", threshold=0.6).least == min(load_entity_set("children").ceilings.values())
    assert profile(entity_set="payment", threshold=0.6, thresholds={"PERSON": 0.1}).least == 0.25


def test_every_type_is_looked_for_at_its_own_threshold() -> None:
    assert DEFAULT_PROFILE.levels == (DEFAULT_PROFILE.threshold,)
    chosen = profile(threshold=0.6, thresholds={"PIN": 0.2, "PERSON": 0.8})
    assert chosen.levels == (0.2, 0.6, 0.8)
    assert [chosen.threshold_of(type) for type in (T.PIN, T.URL, T.PERSON, T.OTHER)] == [0.2, 0.6, 0.8, 0.2]


CHANGED: dict[str, Any] = {
    "entity_set": "payment", "threshold": 0.5, "thresholds": {"PIN": 0.1}, "text_style": "hash", "audio_style": "beep",
    "padding_ms": 700, "hide_words": ("falcon",), "keep_words": ("nova",),
}  # fmt: skip


def test_the_digest_follows_every_setting_and_nothing_else() -> None:
    assert profile().digest == DEFAULT_PROFILE.digest
    changed = [profile(**{name: value}) for name, value in CHANGED.items()]
    changed += [
        replace(DEFAULT_PROFILE, merge_gap_ms=1),
        profile(hide_words=("heron",)),
        profile(keep_words=("falcon",)),
    ]
    assert len({p.digest for p in changed} | {DEFAULT_PROFILE.digest}) == len(changed) + 1
    covered = set(RedactionProfile.__slots__) - {"words_key"}
    assert {"entity_types", "merge_gap_ms", *CHANGED} == covered


def test_the_words_go_into_the_digest_under_a_key_and_in_any_order() -> None:
    settings, words = TenantSettings(), TenantSecrets(hide_words=("falcon", "heron"))
    turned = TenantSecrets(hide_words=("heron", "falcon"))
    first = make_profile(settings, words, words_key=b"1").digest
    assert first == make_profile(settings, turned, words_key=b"1").digest
    assert first != make_profile(settings, words, words_key=b"2").digest
    assert make_profile(settings, TenantSecrets(), words_key=b"1").digest == DEFAULT_PROFILE.digest


@pytest.mark.parametrize(
    "wrong",
    [
        {"entity_set": "everything"}, {"threshold": 0.95}, {"threshold": -0.1}, {"threshold": math.nan},
        {"threshold": math.inf}, {"thresholds": {"PERSON": 1.0}}, {"thresholds": {"NAME": 0.2}},
        {"thresholds": {"OTHER": 0.2}}, {"thresholds": {"TENANT_WORD": 0.2}}, {"text_style": "plain"},
        {"audio_style": "music"}, {"padding_ms": 0}, {"padding_ms": 3001}, {"hide_words": ("",)},
        {"hide_words": ("?!",)}, {"hide_words": ("x" * 101,)}, {"keep_words": ("  ",)},
        {"hide_words": ("x",) * (MOST_WORDS + 1)}, {"hide_words": ("Nova",), "keep_words": ("nova's",)},
        {"entity_set": "children", "keep_words": ("nova",)},
    ],
)  # fmt: skip
def test_settings_that_make_no_sense_are_refused_in_one_line_without_the_words(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        profile(**wrong)
    assert "\n" not in str(refusal.value)
    assert "nova" not in str(refusal.value).lower()


@pytest.mark.parametrize("wrong", [{"threshold": 1.5}, {"padding_ms": -1}, {"merge_gap_ms": -1}])
def test_a_profile_of_our_own_making_makes_sense_too(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidInput):
        RedactionProfile(**wrong)  # type: ignore[arg-type]  # the wrong values are the point


def test_a_profile_does_not_print_a_tenants_words() -> None:
    assert "falcon" not in repr(RedactionProfile(hide_words=("falcon",), keep_words=("falcon",), words_key=b"falcon"))


def test_every_text_style_can_be_chosen() -> None:
    assert [profile(text_style=style.value).text_style for style in TextStyle] == list(TextStyle)
