"""How the engine writes what it checkpoints: JSON, and of an error its class and its own message, never a pickle.

A receipt or an error that does not fit is refused here, before it reaches a table.
"""

from __future__ import annotations

import json
from typing import Any

from dbos import Serializer
from dbos import error as dbos_errors

from pipeline.model import errors

_ERRORS = {
    name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, BaseException)
}


class StepFailed(errors.PipelineError):
    """A step failed in a way that Earmark did not foresee; the log of that moment names where."""


class JsonSerializer(Serializer):
    """JSON for arguments and receipts; errors by class, message and attributes that are ids, counts or enum values."""

    def name(self) -> str:
        """Name the format, as the engine stores it beside each value."""
        return "earmark_json"

    def serialize(self, data: Any) -> str:
        """Write a value.

        Raises:
            TypeError: it is not JSON; receipts hold ids, digests and counts.
        """
        if isinstance(data, BaseException):
            return json.dumps({"__error__": _described(data)})
        return json.dumps(data, separators=(",", ":"))

    def deserialize(self, serialized_data: str) -> Any:
        """Read what `serialize` wrote."""
        value = json.loads(serialized_data)
        if isinstance(value, dict) and set(value) == {"__error__"}:
            return _rebuilt(value["__error__"])
        return value


def _described(error: BaseException) -> dict[str, Any]:
    """Describe an error of ours whole; of any other keep the class alone, since its message may hold anything."""
    if isinstance(error, errors.PipelineError):
        facts = {name: value for name, value in vars(error).items() if not name.startswith("__")}
        return {"kind": type(error).__name__, "message": str(error), "facts": facts}
    if isinstance(error, dbos_errors.DBOSMaxStepRetriesExceeded) and error.errors:
        return _described(error.errors[-1])
    return {"kind": "StepFailed", "message": f"unforeseen {type(error).__name__}", "facts": {}}


def _rebuilt(described: dict[str, Any]) -> BaseException:
    kind = _ERRORS.get(described["kind"], StepFailed)
    error = kind.__new__(kind)
    Exception.__init__(error, described["message"])
    vars(error).update(described["facts"])
    return error
