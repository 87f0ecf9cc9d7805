"""The decision record: the tags of one artifact and why, as canonical bytes with a digest.

A record holds ids, digests, dates, codes and clauses. It never holds words of a call, numbers or names, so it can be
logged, audited and replayed. Sentences for people are looked up by code and are not part of the bytes.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar, Final

from pipeline.model.artifact import ArtifactKind
from pipeline.model.consent import Purpose
from pipeline.model.decision_terms import DESCRIBED, SENTENCES, Clause, Reason, ReasonCode
from pipeline.model.retention import Disposition, RetentionBasis

RULES_VERSION = 1
"""Raised whenever `decide` may answer otherwise for the same facts, policy and law."""
_UNNAMED: Final = "-"


class TrainingScope(StrEnum):
    """Whose models may learn from it; each allows what the ones before it allow."""

    NONE = "none"
    TENANT_FEATURE = "tenant_feature"
    """Only to operate one named feature of the tenant, apart from every other tenant."""
    OWN_INSTANCE = "own_instance"
    """Only the developer instance the call was made through."""
    VENDOR_MODELS = "vendor_models"


SCOPE_ORDER = tuple(TrainingScope)


class Visibility(StrEnum):
    """Who may see the artifact."""

    REVIEW = "review"
    """Reviewers, in the console."""
    SEALED = "sealed"
    """Nobody, but by an audited reveal with a reason."""
    RESTRICTED = "restricted"
    """Nobody; kept because a hold or the law makes us."""
    QUARANTINED = "quarantined"
    """Nobody; waiting to be purged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRef:
    """The very policy that judged."""

    __pydantic_config__: ClassVar = DESCRIBED
    id: str
    """Name of the policy."""
    version: str
    """Version of the policy."""
    digest: str
    """Sha256 of the policy's canonical form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionDecision:
    """One of the five permissions."""

    __pydantic_config__: ClassVar = DESCRIBED
    purpose: Purpose
    """What is permitted or not."""
    allowed: bool
    """True only when policy, tenant, every person and the law of every leg allow it."""
    reasons: tuple[Reason, ...]
    """Everything that stands against it; empty when allowed."""
    clause: Clause
    """Where the policy speaks of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionDecision:
    """How long the artifact lives."""

    __pydantic_config__: ClassVar = DESCRIBED
    until: date | None
    """The day from which it is purged; null means no day is set, or a hold is in force."""
    basis: RetentionBasis
    """What set the day."""
    clause: Clause
    """Where that is written."""
    disposition: Disposition
    """What is to be done with it now."""
    review_on: date | None
    """When keeping it without an end must be justified again, in writing; null where there is an end."""
    ended_by: RetentionBasis | None
    """The event that ended it, and everything made from it; null where nothing has."""
    ended_on: date | None
    """The day by which the event wants it gone; null where nothing has ended it."""
    vendor_copy_by: date | None
    """The day by which the telephony vendor's copy must be deleted; null where nothing has ended it."""
    matters: tuple[str, ...]
    """Cases whose holds are in force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingDecision:
    """Whether anyone may train on the artifact."""

    __pydantic_config__: ClassVar = DESCRIBED
    eligible: bool
    """True only when nothing stands against it."""
    scope: TrainingScope
    """Whose models may learn from it when eligible; what the policy would allow at most when not."""
    scope_id: str | None
    """The instance or feature the scope is limited to; null where it names none."""
    reasons: tuple[Reason, ...]
    """Everything that stands against it; empty when eligible."""
    eligible_on: date | None
    """The day its waiting time is over; null where the policy allows no training."""
    clause: Clause
    """Where the policy speaks of training."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessorDecision:
    """Whether one company may have the artifact for one purpose."""

    __pydantic_config__: ClassVar = DESCRIBED
    name: str
    """Name of the company as policies list it."""
    purpose: str
    """What it would do."""
    region: str | None
    """Where it would do it; null where that was not asked."""
    allowed: bool
    """True only when it is listed for the purpose and nothing else stands against it."""
    reasons: tuple[Reason, ...]
    """Everything that stands against it; empty when allowed."""
    clause: Clause
    """Where the policy lists it, or where its list is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionDecision:
    """Where copies may lie."""

    __pydantic_config__: ClassVar = DESCRIBED
    region: str
    """Where the artifact lies."""
    replicate: bool
    """Whether copies may be made in other regions."""
    reasons: tuple[Reason, ...]
    """Everything that stands against copies in other regions; empty when they may be made."""
    clause: Clause
    """Where the policy speaks of regions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadDecision:
    """Whether the tenant may download the artifact."""

    __pydantic_config__: ClassVar = DESCRIBED
    allowed: bool
    """True when the policy promises it and nothing has ended or restricted the artifact."""
    reasons: tuple[Reason, ...]
    """Everything that stands against it; empty when allowed."""
    clause: Clause
    """Where the policy speaks of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """The tags of one artifact and why."""

    __pydantic_config__: ClassVar = DESCRIBED
    artifact: str
    """Id of the artifact."""
    kind: ArtifactKind
    """What it is."""
    policy: PolicyRef
    """The policy that judged."""
    matrix_version: str
    """Version of the rows of law."""
    matrix_digest: str
    """Sha256 of the rows of law."""
    facts_digest: str
    """Sha256 of the facts, in canonical form."""
    rules_version: int
    """Version of the rules that joined them."""
    decided_on: date
    """The day the decision is for."""
    places: tuple[str, ...]
    """Places whose law was joined; `unknown` among them asks for everything."""
    tokens: tuple[str, ...]
    """What that law asks, in the order N P O B R A T L."""
    minor_age: int
    """Age below which a person counts as a child."""
    permissions: tuple[PermissionDecision, ...]
    """The five permissions."""
    retention: RetentionDecision
    """How long it lives."""
    training: TrainingDecision
    """Whether anyone may train on it."""
    processors: tuple[ProcessorDecision, ...]
    """Which companies may have it, for what."""
    region: RegionDecision
    """Where it lies, and whether copies may lie elsewhere."""
    download: DownloadDecision
    """Whether the tenant may download it."""
    visibility: Visibility
    """Who may see it."""

    def permits(self, purpose: Purpose) -> bool:
        """Say whether one of the five permissions is given."""
        return any(p.allowed for p in self.permissions if p.purpose is purpose)

    def permits_processor(self, name: str, purpose: str) -> bool:
        """Say whether a company may have the artifact for a purpose; a company not considered may not."""
        asked = [p.allowed for p in self.processors if p.name == name and p.purpose == purpose]
        return bool(asked) and all(asked)

    @property
    def digest(self) -> str:
        """Sha256 of the canonical bytes."""
        return hashlib.sha256(canonical_json(self)).hexdigest()


def to_plain(value: object) -> object:
    """Write a value of the model as JSON knows it: dates as ISO text, sets sorted, dataclasses as objects."""
    if value is None or isinstance(value, str | int):  # most of a record, and the quickest to tell
        return value
    if (names := _fields_of(type(value))) is not None:
        return {name: to_plain(getattr(value, name)) for name in names}
    if isinstance(value, tuple | list):
        return [to_plain(v) for v in value]
    if isinstance(value, frozenset | set):
        return sorted(str(to_plain(v)) for v in value)
    if isinstance(value, Mapping):
        return {str(k): to_plain(v) for k, v in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    return value


def _read_fields(kind: type) -> tuple[str, ...] | None:
    return tuple(f.name for f in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else None


_fields_of: Final[Callable[[Any], tuple[str, ...] | None]] = cache(_read_fields)
"""The names of a dataclass's fields; None for any other type."""


def canonical_json(value: object) -> bytes:
    """Write a value as the one sequence of bytes that its digest is taken of: sorted keys, no spaces, ASCII."""
    text = json.dumps(to_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return text.encode("ascii")


def explain(record: DecisionRecord) -> dict[str, object]:
    """Write a record for people: its own fields, its digest, and a sentence for each code in it."""
    plain = to_plain(record)
    if not isinstance(plain, dict):  # a record is an object; this tells the type checker
        raise TypeError("a decision record is written as an object")
    codes = {code for code in ReasonCode if f'"code":"{code}"' in canonical_json(record).decode()}
    return {**plain, "digest": record.digest, "sentences": {c.value: SENTENCES[c] for c in sorted(codes)}}


def told_record(record: Mapping[str, Any], untold: Collection[str]) -> Mapping[str, Any]:
    """Give a decision as it is shown: no matter is named in it of which the tenant may not know yet."""
    retention = record["retention"]
    named = [matter for matter in retention["matters"] if matter not in untold]
    if len(named) == len(retention["matters"]):
        return record
    shown = {**retention, "matters": named}
    if retention["clause"]["section"] in untold:
        shown["clause"] = {**retention["clause"], "section": named[0] if named else _UNNAMED}
    return {**record, "retention": shown}
