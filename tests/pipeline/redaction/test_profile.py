from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.model.entity import EntityType
from pipeline.model.errors import InvalidInput
from pipeline.redaction.profile import DEFAULT_PROFILE, ENTITY_SETS, PAYMENT, RedactionProfile


def test_what_nobody_can_name_is_hidden_in_every_entity_set() -> None:
    assert all(RedactionProfile(entity_types=types).hides(EntityType.OTHER) for types in ENTITY_SETS.values())


def test_a_payment_profile_hides_cards_and_shows_names() -> None:
    profile = RedactionProfile(entity_types=PAYMENT)
    assert (profile.hides(EntityType.CREDIT_CARD), profile.hides(EntityType.PERSON)) == (True, False)


def test_the_digest_follows_every_setting_and_nothing_else() -> None:
    assert DEFAULT_PROFILE.digest == RedactionProfile().digest
    changed = [
        replace(DEFAULT_PROFILE, padding_ms=1),
        replace(DEFAULT_PROFILE, threshold=0.9),
        replace(DEFAULT_PROFILE, hide_words=("x",)),
        replace(DEFAULT_PROFILE, entity_types=PAYMENT),
    ]
    assert len({p.digest for p in changed} | {DEFAULT_PROFILE.digest}) == 5


@pytest.mark.parametrize("wrong", [{"threshold": 1.5}, {"padding_ms": -1}, {"merge_gap_ms": -1}])
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidInput):
        RedactionProfile(**wrong)  # type: ignore[arg-type]  # the wrong values are the point


def test_a_profile_does_not_print_a_tenants_words() -> None:
    assert "falcon" not in repr(RedactionProfile(hide_words=("falcon",)))
