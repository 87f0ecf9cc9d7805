"""What a training dataset is made of, and why something is not in it: values without words, numbers or names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from pipeline.model.artifact import ArtifactKind
from pipeline.model.decision import TrainingScope
from pipeline.model.errors import InvalidInput

EXTENSIONS: Final[Mapping[ArtifactKind, str]] = {
    ArtifactKind.TRANSCRIPT_REDACTED: "json",
    ArtifactKind.RECORDING_REDACTED: "wav",
}
"""The kinds that a dataset holds, and how each one's file ends, in the order of the files of one row."""

_NAMED_BY: Final[Mapping[TrainingScope, str]] = {
    TrainingScope.OWN_INSTANCE: "instance",
    TrainingScope.TENANT_FEATURE: "feature",
}


class ExportRefusal(StrEnum):
    """Why an export leaves an artifact out although its decision does not stand against all training."""

    OTHER_SCOPE = "OTHER_SCOPE"
    """It may be trained on, but not for this: other models, another instance or another feature."""
    RECALLED = "RECALLED"
    """It, or its recording, was in a dataset and was recalled; it never comes back."""
    TAG_DISAGREES = "TAG_DISAGREES"
    """The object's tag says other than the record: one of them was changed by somebody else."""
    SUPERSEDED = "SUPERSEDED"
    """A newer rendering of the same recording hides more, or otherwise."""
    NO_RECEIPT = "NO_RECEIPT"
    """No signed receipt of a yes to training lies in the vault."""
    REVERSIBLE = "REVERSIBLE"
    """What is hidden is encrypted in the text and could be brought back."""
    UNUSABLE = "UNUSABLE"
    """The bytes are not of the form that a dataset holds."""


class RecallCause(StrEnum):
    """What took a recording out of the datasets that contain it."""

    WITHDRAWAL = "withdrawal"
    DELETION_REQUEST = "deletion_request"
    OBJECTION = "objection"
    CHILD = "child"
    CARD_NUMBER = "card_number"
    CLOSURE = "closure"
    NOT_PERMITTED = "not_permitted"
    HOLD = "hold"
    OPERATOR = "operator"
    """A person of the tenant or of ours recalled it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetScope:
    """Whose models one dataset is for: exactly one instance, one feature, or the vendor's models."""

    scope: TrainingScope
    scope_id: str | None

    def __str__(self) -> str:
        return self.scope.value if self.scope_id is None else f"{self.scope.value}:{self.scope_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetRow:
    """One artifact in a dataset. Artifacts of one recording share `row`; `offset` is of its bytes in the shard."""

    row: str
    artifact: str
    recording: str
    kind: ArtifactKind
    sha256: str
    shard: str
    offset: int
    size: int
    decision: str
    policy_id: str
    policy_version: str
    policy_digest: str
    receipts: tuple[str, ...]
    scope: TrainingScope
    scope_id: str | None
    captured_on: date
    redaction_version: int
    language: str

    @property
    def member(self) -> str:
        """Name of its file in the shard."""
        return member_name(self.row, self.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecalledRow:
    """An artifact in a dataset that must not be used any more."""

    dataset: str
    row: str
    recording: str
    artifact: str
    sha256: str


def member_name(row: str, kind: ArtifactKind) -> str:
    """Name an artifact's file in the shard."""
    return f"{row}.{EXTENSIONS[kind]}"


def scope_of(scope: TrainingScope, *, instance: str | None, feature: str | None) -> DatasetScope:
    """Say whose models a dataset is for.

    Raises:
        InvalidInput: a scope that must name an instance or feature does not, or one is named that it has none of.
    """
    given = {"instance": instance, "feature": feature}
    wanted = _NAMED_BY.get(scope)
    for name, value in given.items():
        if name == wanted and not (value or "").strip():
            raise InvalidInput(f"the scope {scope} needs the {name} that it is limited to")
        if name != wanted and value is not None:
            raise InvalidInput(f"the scope {scope} is not limited to any {name}")
    return DatasetScope(scope=scope, scope_id=given[wanted] if wanted else None)
