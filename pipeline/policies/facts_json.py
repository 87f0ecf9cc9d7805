"""Facts from JSON: whole, every field known, or refused."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from pipeline.model.errors import InvalidInput
from pipeline.policies.facts import Facts


@cache
def facts_adapter() -> TypeAdapter[Facts]:
    """Give the schema of the facts."""
    return TypeAdapter(Facts)


def read_facts(text: str | bytes) -> Facts:
    """Read facts from JSON.

    Raises:
        InvalidInput: not JSON, a field is missing, unknown or of another kind; the first fault by its path.
    """
    try:
        return facts_adapter().validate_json(text)
    except ValidationError as error:
        first: Any = error.errors(include_url=False, include_input=False)[0]
        path = ".".join(str(part) for part in first["loc"]) or "facts"
        raise InvalidInput(f"facts: {path}: {first['msg']}") from error
