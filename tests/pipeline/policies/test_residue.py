from __future__ import annotations

from pipeline.policies.facts import Residue
from pipeline.policies.residue import residue_of


def test_what_is_not_hidden_is_still_in_it_and_each_kind_once():
    found = residue_of(["CREDIT_CARD", "CREDIT_CARD_CVV", "PASSPORT", "PERSON"], is_hidden=False)
    assert found == (Residue.CARD_NUMBER, Residue.GOVERNMENT_ID)


def test_hiding_a_record_number_does_not_hide_that_health_was_spoken_of():
    assert residue_of(["MEDICAL_RECORD", "CREDIT_CARD"], is_hidden=True) == (Residue.SPECIAL_CATEGORY,)
