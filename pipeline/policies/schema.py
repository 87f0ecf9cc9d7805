"""The JSON Schemas of what `decide` takes and gives, written from the values themselves, every field described."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from pipeline.model.decision import DecisionRecord
from pipeline.policies.facts_json import facts_adapter


def facts_schema() -> dict[str, Any]:
    """Describe the facts."""
    return facts_adapter().json_schema(mode="validation")


def record_schema() -> dict[str, Any]:
    """Describe the record as it is printed: with its digest and a sentence for each code in it."""
    schema = TypeAdapter(DecisionRecord).json_schema(mode="serialization")
    schema["properties"]["digest"] = {"type": "string", "description": "Sha256 of the record in canonical form."}
    schema["properties"]["sentences"] = {
        "type": "object",
        "additionalProperties": {"type": "string"},
        "description": "For each code in the record, what it says in words; not part of the canonical form.",
    }
    schema["required"] = sorted({*schema["properties"]})
    return schema
