"""What a policy file may say, and that it says where each thing is written.

A leaf without its clause is refused. Where the policy is silent and we had to choose, the leaf says so
(`basis: house_choice`) and why. Files hold values; what they mean is in `decide`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt, StrictStr, model_validator

from pipeline.model.artifact import ArtifactKind
from pipeline.model.call import KEPT_OF_A_CALL
from pipeline.model.decision import PolicyRef, TrainingScope, canonical_json
from pipeline.model.decision_terms import Clause
from pipeline.model.retention import ENDINGS, RetentionBasis
from pipeline.policies.leaf import Frozen, Leaf

Days = Annotated[StrictInt, Field(ge=0, le=36500)]
Name = Annotated[StrictStr, Field(pattern=r"^[a-z][a-z0-9_]{1,40}$")]


class Day(Leaf):
    """A day of the document's life."""

    day: date


class Document(Leaf):
    """The text the file was made from."""

    title: StrictStr
    sha256: Annotated[StrictStr, Field(pattern=r"^[0-9a-f]{64}$")]


class Permission(Leaf):
    """Whether the policy allows one of the first four purposes; the tenant's switch starts off."""

    allowed: StrictBool


class FeatureException(Leaf):
    """Training that serves only one switched-on feature of one tenant."""

    scope: Literal[TrainingScope.TENANT_FEATURE]


class InstanceLimit(Leaf):
    """What calls made through a developer instance may train at most."""

    scope: Literal[TrainingScope.OWN_INSTANCE, TrainingScope.NONE]


class Training(Leaf):
    """Whose models may learn at most; an individual yes, the law and much else must agree."""

    scope: TrainingScope
    feature_exception: FeatureException | None = None
    instance_limit: InstanceLimit | None = None
    cool_off_days: Days
    min_redaction_version: Annotated[StrictInt, Field(ge=1)]


class Processor(Leaf):
    """A company that receives data. `regions` are families such as `us` or `eu`."""

    name: Name
    purposes: tuple[Name, ...] = Field(min_length=1)
    regions: tuple[Name, ...] = Field(min_length=1)
    sees_content: StrictBool
    training_off: StrictStr = Field(min_length=5)


class Refused(Leaf):
    """A company that one might expect, and that the policy does not list."""

    name: Name
    purposes: tuple[Name, ...] = Field(min_length=1)


class Processors(Leaf):
    """Who is listed; whoever is not is refused."""

    listed: tuple[Processor, ...]
    refused: tuple[Refused, ...] = ()

    @model_validator(mode="after")
    def _nobody_is_both(self) -> Processors:
        both = {p.name for p in self.listed} & {r.name for r in self.refused}
        if both:
            raise ValueError(f"listed and refused at once: {', '.join(sorted(both))}")
        return self


class Minimum(Leaf):
    """A time for which a law that binds whoever made the policy forbids to destroy a kind; `statute` names that law."""

    days: Annotated[StrictInt, Field(ge=1, le=36500)]
    statute: StrictStr = Field(min_length=5, max_length=120)


class Retention(Leaf):
    """How long one kind is kept: no `days` is without an end, then justified again every `review_days`."""

    days: Days | None
    review_days: Annotated[StrictInt, Field(ge=1, le=366)] | None = None
    tenant_min_days: Days
    tenant_max_days: Days | None
    survives: tuple[RetentionBasis, ...] = ()
    minimum: Minimum | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> Retention:
        if (self.days is None) == (self.review_days is None):
            raise ValueError("either days, or no end and review_days")
        if self.tenant_max_days is not None and self.tenant_max_days < self.tenant_min_days:
            raise ValueError("tenant_max_days is below tenant_min_days")
        if self.minimum is not None and self.tenant_min_days < self.minimum.days:
            raise ValueError("tenant_min_days is below the minimum that a law sets")
        if not set(self.survives) <= set(ENDINGS):
            raise ValueError("survives lists events that end a recording, nothing else")
        return self


class Closure(Leaf):
    """What happens after a tenant leaves, in days from then."""

    outer_bound_days: Days
    purge_by_day: Days
    vendor_by_day: Days
    exceptions: tuple[Name, ...]

    @model_validator(mode="after")
    def _in_order(self) -> Closure:
        if not self.vendor_by_day <= self.purge_by_day <= self.outer_bound_days:
            raise ValueError("vendor_by_day, purge_by_day and outer_bound_days must ascend")
        return self


class Deletion(Leaf):
    """What happens when deletion is asked for."""

    hide_within_hours: Days
    purge_within_days: Days


class Rights(Leaf):
    """What a person may ask for, and by when the answer is due; the earliest clock wins."""

    respond_within_days: Days
    respond_within_working_days: Days | None = None
    working_days_of: StrictStr | None = None
    grants: tuple[Literal["access", "correction", "deletion", "portability"], ...]


class Minors(Leaf):
    """Who counts as a child, and how soon what a child said must be gone."""

    below_age: Annotated[StrictInt, Field(ge=1, le=21)]
    purge_within_hours: Annotated[StrictInt, Field(ge=1)]


class CardNumbers(Leaf):
    """No card number is stored: how soon what holds one that could not be hidden must be gone."""

    purge_within_hours: Annotated[StrictInt, Field(ge=1)]


class Change(Leaf):
    """How long before it takes effect a new version is announced. A loosening never reaches back."""

    notice_days: Days
    is_retroactive: Literal[False]


class Download(Leaf):
    """What the tenant may take away by itself."""

    kinds: tuple[ArtifactKind, ...]


class Replication(Leaf):
    """Whether copies may lie in other regions, and whose calls may not."""

    allowed: StrictBool
    excluded_places: tuple[StrictStr, ...]


class Residency(Leaf):
    """Where calls of people at some places may be worked on, for some purposes."""

    places: tuple[StrictStr, ...] = Field(min_length=1)
    regions: tuple[Name, ...] = Field(min_length=1)
    purposes: tuple[Name, ...] = Field(min_length=1)


class Metadata(Leaf):
    """What of a call besides its words may be kept."""

    fields: tuple[Name, ...]


class Duty(Leaf):
    """A clause that is kept by other parts of the product, or by people; listed so that none is forgotten."""

    id: Name
    demand: StrictStr = Field(min_length=15)
    kept_by: Literal["gate", "job", "config", "record", "people", "none"]


class Bundle(Frozen):
    """One version of one policy."""

    id: Annotated[StrictStr, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,62}$")]
    version: StrictStr = Field(min_length=1, max_length=40)
    replaces: StrictStr | None = None
    document: Document
    published: Day
    notified: Day
    effective: Day
    record: Permission
    transcribe: Permission
    store: Permission
    vendor_process: Permission
    training: Training
    processors: Processors
    retention: Mapping[ArtifactKind, Retention]
    closure: Closure
    deletion: Deletion
    rights: Rights
    minors: Minors
    card_numbers: CardNumbers | None = None
    """None where the document promises nothing about card numbers: what cannot be hidden is then withheld."""
    change: Change
    download: Download
    replication: Replication
    residency: tuple[Residency, ...] = ()
    metadata: Metadata
    duties: tuple[Duty, ...]

    @model_validator(mode="after")
    def _is_whole(self) -> Bundle:
        missing = sorted(set(ArtifactKind) - set(self.retention))
        if missing:
            raise ValueError(f"retention: nothing is said of {', '.join(missing)}")
        names = [p.name for p in self.processors.listed]
        if len(names) != len(set(names)):
            raise ValueError("processors: a company is listed twice")
        ids = [d.id for d in self.duties]
        if len(ids) != len(set(ids)):
            raise ValueError("duties: an id is used twice")
        if not set(KEPT_OF_A_CALL) <= set(self.metadata.fields):
            raise ValueError(f"metadata: the product keeps {', '.join(KEPT_OF_A_CALL)} of each call")
        if not self.published.day <= self.notified.day <= self.effective.day:
            raise ValueError("published, notified and effective must ascend")
        notice = (self.effective.day - self.notified.day).days
        if self.replaces is not None and notice < self.change.notice_days:
            raise ValueError(f"a version takes effect {self.change.notice_days} days after its notice at the earliest")
        return self

    @property
    def canonical(self) -> bytes:
        """The bytes that its digest is of, whatever its file's layout; defaults are left out, so more can be added."""
        return canonical_json(self.model_dump(mode="json", exclude_defaults=True))

    @cached_property
    def digest(self) -> str:
        """Sha256 of the canonical bytes."""
        return hashlib.sha256(self.canonical).hexdigest()

    @property
    def ref(self) -> PolicyRef:
        """What decisions name it by."""
        return PolicyRef(id=self.id, version=self.version, digest=self.digest)

    def cite(self, leaf: Leaf) -> Clause:
        """Name the place a leaf is written at."""
        return Clause(document=self.id, section=leaf.clause.section, key=leaf.clause.key)
