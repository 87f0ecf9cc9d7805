from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pipeline.model.decision import explain
from pipeline.policies.schema import facts_schema, record_schema
from tests.pipeline.policies.cases import facts, judge


def undescribed(schema: dict[str, Any]) -> Iterator[str]:
    for name, definition in {"top": schema, **schema.get("$defs", {})}.items():
        for field, value in definition.get("properties", {}).items():
            if not value.get("description"):
                yield f"{name}.{field}"


@pytest.mark.parametrize("schema", [facts_schema(), record_schema()], ids=["facts", "record"])
def test_every_field_is_described(schema: dict[str, Any]) -> None:
    assert list(undescribed(schema)) == []


def test_the_schema_of_the_record_lists_exactly_what_is_printed() -> None:
    assert set(record_schema()["properties"]) == set(explain(judge(facts())))


def test_facts_take_no_field_that_the_schema_does_not_list() -> None:
    schema = facts_schema()

    assert schema["additionalProperties"] is False
    objects = [d for d in schema["$defs"].values() if d.get("type") == "object"]
    assert len(objects) > 5
    assert all(d["additionalProperties"] is False for d in objects)
