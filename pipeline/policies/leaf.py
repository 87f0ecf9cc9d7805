"""A value of a policy file together with the place it is written at: no value is taken without its clause."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, StrictStr, model_validator


class Frozen(BaseModel):
    """A value that never changes and has no other fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ClauseRef(Frozen):
    """Section as printed, and a few words of it, verbatim."""

    section: StrictStr = Field(min_length=1, max_length=40)
    key: StrictStr = Field(min_length=3, max_length=120)


class Leaf(Frozen):
    """A value with the place it is written at."""

    clause: ClauseRef
    basis: Literal["policy", "house_choice"] = "policy"
    reason: StrictStr = ""

    @model_validator(mode="after")
    def _a_choice_has_its_reason(self) -> Leaf:
        if self.basis == "house_choice" and len(self.reason) < 20:
            raise ValueError("a house choice must say why, in a sentence")
        return self
