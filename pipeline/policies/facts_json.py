"""Facts from JSON: whole, every field known, or refused."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from pipeline.model.decision import canonical_json
from pipeline.model.errors import InvalidInput
from pipeline.policies.facts import Facts

_NEVER_SET: Final = "is_regulated_service"
"""Until places were named: written as false with every decision, since nothing set it."""


@cache
def facts_adapter() -> TypeAdapter[Facts]:
    """Give the schema of the facts."""
    return TypeAdapter(Facts)


def read_stored_facts(stored: Mapping[str, Any]) -> Facts:
    """Read facts as they were kept with a decision, also by a release that had a field which is gone.

    Raises:
        InvalidInput: a field is missing, unknown or of another kind.
    """
    tenant = dict(stored.get("tenant", {}))
    if tenant.get(_NEVER_SET) is False:
        del tenant[_NEVER_SET]
    return read_facts(canonical_json({**stored, "tenant": tenant}))


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
