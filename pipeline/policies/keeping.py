"""What processors keep of a call after they have worked on it, as data: whom a purge must ask, and what is told of it.

A company of which nothing is known is not taken to keep nothing: a purge that meets it stays open.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from pipeline.model.errors import InvalidInput
from pipeline.policies.loader import check, parse_yaml


class Keeping(BaseModel):
    """What one company keeps, why we say so, and where that is written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    keeps: Literal["nothing", "copy"]
    metadata_days: Annotated[int, Field(ge=0)]
    because: Annotated[str, Field(min_length=20)]
    source: Annotated[str, Field(pattern=r"^https://")]


class _KeepingFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    checked_on: date
    processors: tuple[Keeping, ...]


_FILE: Final = "processors.yaml"


@cache
def load_keeping() -> Mapping[str, Keeping]:
    """Read the packaged facts, by the company's name.

    Raises:
        InvalidInput: a company is listed twice.
    """
    file = resources.files("pipeline.policies").joinpath("data", "keeping", _FILE)
    found = check(_KeepingFile, parse_yaml(file.read_text(encoding="utf-8"), name=_FILE), name=_FILE).processors
    named = {one.name: one for one in found}
    if len(named) != len(found):
        raise InvalidInput("keeping: a company is listed twice")
    return named
