"""The words in which a tenant declares its duty to inform callers, packaged with their digests."""

from __future__ import annotations

import hashlib
from datetime import date
from functools import cache
from importlib import resources
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr, model_validator

from pipeline.policies.loader import check, parse_yaml

_FILE: Final = "en.yaml"
WORDING_ID: Final = "inform_callers"


class Wording(BaseModel):
    """One published text. A changed sentence is a new version."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Annotated[StrictStr, Field(pattern=r"^\d+$")]
    sha256: Annotated[StrictStr, Field(pattern=r"^[0-9a-f]{64}$")]
    text: StrictStr = Field(min_length=100, max_length=8192)

    @property
    def id(self) -> str:
        """What a declaration names it by."""
        return f"{WORDING_ID}:{self.version}"

    @model_validator(mode="after")
    def _is_the_text_of_its_digest(self) -> Wording:
        if hashlib.sha256(self.text.encode()).hexdigest() != self.sha256:
            raise ValueError(f"version {self.version}: the text is not the one of its sha256")
        return self


class AttestationFile(BaseModel):
    """Every version of the text in one language, the newest last."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: StrictStr
    checked_on: date
    reviewed_by_counsel: StrictBool
    source: StrictStr = Field(min_length=10)
    versions: Annotated[tuple[Wording, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _counts_up(self) -> AttestationFile:
        if [int(wording.version) for wording in self.versions] != list(range(1, len(self.versions) + 1)):
            raise ValueError("versions count up from 1")
        return self


def load_wording() -> Wording:
    """Give the text that is declared now."""
    return load_attestations().versions[-1]


@cache
def load_attestations() -> AttestationFile:
    """Load every version that was ever declared.

    Raises:
        InvalidInput: a text is not the one of its digest.
    """
    file = resources.files("pipeline.policies").joinpath("data", "attestations", _FILE)
    return check(AttestationFile, parse_yaml(file.read_text(encoding="utf-8"), name=_FILE), name=_FILE)
