"""Which types of personal data a tenant's calls are redacted for, as data: each type with the reason for or against.

A set decides about every type there is: a file that leaves one out is refused, and what is not shown is hidden.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr, model_validator

from pipeline.model.entity import EntityType
from pipeline.model.errors import NotFound
from pipeline.policies.loader import check, parse_yaml

ALWAYS_HIDDEN: Final = frozenset({EntityType.TENANT_WORD, EntityType.OTHER})
"""What the tenant names itself, and what nobody can name."""

Sentence = Annotated[StrictStr, Field(min_length=9, max_length=400, pattern=r"\.$")]


class Hidden(BaseModel):
    """Why a type is hidden, and the highest threshold that may hold for it; None: the tenant's own alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    why: Sentence
    at_most: Annotated[float, Field(gt=0, lt=1)] | None = None


class KeepWords(BaseModel):
    """Whether a tenant may list words that are never hidden."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    allowed: StrictBool
    why: Sentence


class EntitySet(BaseModel):
    """What is hidden and what is shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[StrictStr, Field(pattern=r"^[a-z]+$")]
    about: Sentence
    limits: Sentence
    source: StrictStr = Field(min_length=10)
    checked_on: date
    keep_words: KeepWords
    hides: Mapping[EntityType, Hidden]
    shows: Mapping[EntityType, Sentence]

    @property
    def ceilings(self) -> dict[EntityType, float]:
        """The highest threshold by type, where there is one."""
        return {type: hidden.at_most for type, hidden in self.hides.items() if hidden.at_most is not None}

    @model_validator(mode="after")
    def _decides_about_every_type_once(self) -> EntitySet:
        both = sorted(self.hides.keys() & self.shows.keys())
        neither = sorted(set(EntityType) - self.hides.keys() - self.shows.keys())
        if both or neither:
            raise ValueError(f"{(both or neither)[0]} is {'hidden and shown' if both else 'neither hidden nor shown'}")
        if shown := sorted(ALWAYS_HIDDEN & self.shows.keys()):
            raise ValueError(f"{shown[0]} is always hidden")
        return self


@cache
def load_entity_set(name: str) -> EntitySet:
    """Load a packaged set.

    Raises:
        NotFound: there is none of that name.
    """
    if name not in list_entity_sets():
        raise NotFound(f"no entity set of that name: there are {', '.join(list_entity_sets())}")
    file = f"{name}.yaml"
    text = resources.files("pipeline.policies").joinpath("data", "redaction", file).read_text(encoding="utf-8")
    return check(EntitySet, parse_yaml(text, name=file), name=file)


@cache
def list_entity_sets() -> tuple[str, ...]:
    """List the packaged sets."""
    folder = resources.files("pipeline.policies").joinpath("data", "redaction")
    return tuple(sorted(file.name.removesuffix(".yaml") for file in folder.iterdir() if file.name.endswith(".yaml")))
