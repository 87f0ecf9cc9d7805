from __future__ import annotations

import pytest

from pipeline.model.entity import EntityType
from pipeline.redaction.evaluation.kinds import accepted_kinds


@pytest.mark.parametrize("kind", [kind.value for kind in EntityType])
def test_every_kind_is_itself(kind):
    assert kind in accepted_kinds(kind)


def test_stock_names_count_and_other_kinds_do_not():
    assert "DATE_TIME" in accepted_kinds("DATE_OF_BIRTH")
    assert "LOCATION" in accepted_kinds("STREET_ADDRESS")
    assert "PERSON" not in accepted_kinds("PHONE_NUMBER")
    assert accepted_kinds("SHOE_SIZE") == {"SHOE_SIZE"}
