"""The signed manifest of a dataset: what was written, for whom, under which policies, and what was left out.

It holds ids, digests, counts and times only. The same facts always give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StrictInt, ValidationError

from pipeline.consent import jws
from pipeline.model.dataset import DatasetScope
from pipeline.model.decision import TrainingScope
from pipeline.model.errors import IntegrityError

MANIFEST: Final = "manifest.jws"
TYP: Final = "earmark-training-dataset"
MOST_CHARS: Final = 64_000_000
"""Hundreds of thousands of recalled digests; no manifest needs more."""

type Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
type Name = Annotated[str, Field(min_length=1, max_length=200)]
type Count = Annotated[StrictInt, Field(ge=0)]


class SignedPart(BaseModel):
    """Something that is signed, or a part of it: no field that is not listed here."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FilePart(SignedPart):
    """A file of the dataset; `rows` counts the artifacts in it."""

    name: Name
    sha256: Digest
    size: Count
    rows: Count


class PolicyPart(SignedPart):
    """A policy that judged some of the rows."""

    id: Name
    version: Name
    digest: Digest


class PreviousPart(SignedPart):
    """The dataset of the same tenant and scope before this one."""

    dataset: Name
    manifest_sha256: Digest


class ManifestPart(SignedPart):
    """What is signed."""

    format: Literal[1] = 1
    dataset: Name
    tenant: Name
    created_at: AwareDatetime
    scope: TrainingScope
    scope_id: Name | None
    index: FilePart
    shards: tuple[FilePart, ...]
    recordings: Count
    refused: Mapping[str, Count]
    policies: tuple[PolicyPart, ...]
    previous: PreviousPart | None
    recalls_sha256: Digest
    """Digest of the tenant's list of recalled rows when this was made."""
    excluded: tuple[Digest, ...]
    """Digests of all rows recalled until then: none of them is in here."""

    @property
    def for_models(self) -> DatasetScope:
        """Whose models the dataset is for."""
        return DatasetScope(scope=self.scope, scope_id=self.scope_id)


def write_part(part: BaseModel) -> bytes:
    """Write a document as the bytes that are signed: sorted keys, no spaces, ASCII."""
    text = json.dumps(part.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return text.encode("ascii")


def read_manifest(token: bytes, *, pinned: Mapping[str, bytes] | None) -> tuple[ManifestPart, jws.Signed]:
    """Check a manifest's signature and read it.

    Raises:
        IntegrityError: it was altered, is signed with another key, or is not the manifest of a dataset.
    """
    return read_signed(ManifestPart, token, typ=TYP, pinned=pinned)


def read_signed[Part: BaseModel](
    form: type[Part], token: bytes, *, typ: str, pinned: Mapping[str, bytes] | None
) -> tuple[Part, jws.Signed]:
    """Check a statement's signature and read what it says.

    Raises:
        IntegrityError: it was altered, is signed with another key, or says something of another form.
    """
    try:
        text = token.decode("ascii")
    except UnicodeDecodeError as error:
        raise IntegrityError("a signed statement is plain text") from error
    signed = jws.verify(text, typ=typ, pinned=pinned, most_chars=MOST_CHARS)
    try:
        part = form.model_validate_json(signed.payload)
    except ValidationError as error:
        raise IntegrityError("what was signed has not the form that is expected") from error
    if write_part(part) != signed.payload:
        raise IntegrityError("what was signed is not written in its one form")
    return part, signed
