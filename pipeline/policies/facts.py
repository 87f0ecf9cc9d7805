"""Everything `decide` may know about one artifact.

What is not established here (an answer, a proof, a redaction, a switch) counts as the worst it could be. Events (holds,
requests, signs of a child, later versions) are the caller's to list in full: what is not listed has not happened.
Plain frozen values; they hold ids, dates and answers, never words, numbers or names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import ClassVar

from pydantic import AwareDatetime

from pipeline.model.artifact import ArtifactKind
from pipeline.model.consent import Method, Outcome, Purpose
from pipeline.model.decision import TrainingScope
from pipeline.model.decision_terms import DESCRIBED, ReasonCode
from pipeline.model.retention import RetentionBasis


class RedactionStatus(StrEnum):
    """What came of redaction."""

    NOT_RUN = "not_run"
    PASSED = "passed"
    FAILED = "failed"
    """Something could not be proved hidden; it is withheld."""


class Residue(StrEnum):
    """What may still be in the artifact."""

    SPECIAL_CATEGORY = "special_category"
    """Health, belief, origin and the like."""
    CARD_NUMBER = "card_number"
    GOVERNMENT_ID = "government_id"
    FINANCIAL = "financial"
    BYSTANDER = "bystander"
    """Someone is heard who is on no leg."""


class ChildSign(StrEnum):
    """How a child came to notice. Never by the sound of a voice."""

    STATED_AGE = "stated_age"
    TENANT_FLAG = "tenant_flag"
    AGENT_FLAG = "agent_flag"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentFact:
    """Where one person's permission for one purpose stands."""

    __pydantic_config__: ClassVar = DESCRIBED
    purpose: Purpose
    """What was asked for."""
    outcome: Outcome
    """What was answered, last."""
    method: Method
    """How the answer was given."""
    at: AwareDatetime
    """When."""
    script_sha256: str | None = None
    """Digest of the words that were played; null where none were."""
    was_granted: bool = False
    """For a withdrawal: whether it had been granted before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegFacts:
    """One person on the call. Software of the tenant is no leg."""

    __pydantic_config__: ClassVar = DESCRIBED
    label: str
    """What reasons call this leg, such as `caller`."""
    candidates: tuple[str, ...] = ()
    """Places it may be at, as rows of law name them; none, or `unknown`, means anywhere."""
    is_satisfied: bool = False
    """Whether what the joined law asks was done for this person, with proof (notice before, inside, its language)."""
    consents: tuple[ConsentFact, ...] = ()
    """Where the person's permissions stand, at most one for each purpose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFacts:
    """The call an artifact comes from."""

    __pydantic_config__: ClassVar = DESCRIBED
    legs: tuple[LegFacts, ...] = ()
    """Every person on the call; without any, nothing is permitted."""
    added_places: tuple[str, ...] = ()
    """Places of the tenant's establishment and of parties who proved who they are."""
    instance: str | None = None
    """The developer instance the call was made through, where there is one."""
    purposes: tuple[str, ...] = ("quality_training",)
    """What the recording was said to be for, as caps of law name it; scripts here say: to check quality."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantFacts:
    """What the tenant has set. The first four switches are as they were at capture, the rest as they are now."""

    __pydantic_config__: ClassVar = DESCRIBED
    id: str
    """The tenant."""
    record: bool = False
    """Recording was switched on."""
    transcribe: bool = False
    """Transcription was switched on."""
    store: bool = False
    """Keeping was switched on."""
    vendor_process: bool = False
    """Processing by listed companies was switched on."""
    train: bool = False
    """Training is switched on."""
    is_training_stopped: bool = False
    """The tenant's stop for all training is pulled."""
    feature: str | None = None
    """The feature, switched on by record, whose operation alone needs training; null where there is none."""
    retention_days: int | None = None
    """The tenant's own period for this kind of artifact; null means the policy's default."""
    regulated_in: tuple[str, ...] = ()
    """Places whose law orders services of the tenant's kind to keep recordings; evidence of the kind is on file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessorUse:
    """A company that has had the artifact, or what it was made from."""

    __pydantic_config__: ClassVar = DESCRIBED
    name: str
    """Name of the company as policies list it."""
    purpose: str
    """What it did."""
    region: str | None = None
    """Where."""
    is_training_off: bool = False
    """Whether it was made sure, by contract and setting, that it does not train for itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFact:
    """What is on file about a company: that a contract binds it and keeps it from training, and until when."""

    __pydantic_config__: ClassVar = DESCRIBED
    name: str
    """Name of the company as policies list it."""
    regions: tuple[str, ...]
    """Families of regions that the contract names."""
    evidence_on: date
    """The day the evidence is of."""
    expires_on: date
    """From this day on it proves nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessorAsk:
    """A company that is about to have the artifact."""

    __pydantic_config__: ClassVar = DESCRIBED
    name: str
    """Name of the company as policies list it."""
    purpose: str
    """What it would do, such as `speech_to_text`."""
    region: str | None = None
    """Where; null asks about the purpose alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactFacts:
    """The artifact itself."""

    __pydantic_config__: ClassVar = DESCRIBED
    id: str
    """Its id."""
    kind: ArtifactKind
    """What it is."""
    captured_at: AwareDatetime
    """When the recorder started (for a file: when it was handed in). Periods run from here, for copies too."""
    region: str = "local"
    """Where it lies, such as `eu-central-1`; `local` is this building."""
    redaction: RedactionStatus = RedactionStatus.NOT_RUN
    """What came of redaction of this very artifact."""
    redaction_version: int = 0
    """Version of the redactor."""
    is_language_supported: bool = False
    """Whether the redactor knows the language that is spoken."""
    residue: tuple[Residue, ...] = ()
    """What may still be in it."""
    is_speaker_map_known: bool = False
    """Whether it is proved which channel carries whom."""
    has_only_consented_speakers: bool = False
    """Whether only channels of people who agreed to training are in it."""
    is_before_withdrawal: bool = False
    """Whether all of it lies before the first withdrawal."""
    processors: tuple[ProcessorUse, ...] = ()
    """Companies that have had it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildSignal:
    """A sign that a child is on the call."""

    __pydantic_config__: ClassVar = DESCRIBED
    sign: ChildSign
    """How it was noticed."""
    on: date
    """When."""
    age: int | None = None
    """The age that was stated; null where none was, which counts as a child."""
    is_cleared: bool = False
    """A person has looked at it and found no child: it no longer ends the recording, and still bars training."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFacts:
    """What has happened to the artifact, its people or its tenant since."""

    __pydantic_config__: ClassVar = DESCRIBED
    deletion_requested_on: date | None = None
    """A person or the tenant asked for deletion on this day."""
    closed_on: date | None = None
    """The tenant closed its account on this day."""
    child_signals: tuple[ChildSignal, ...] = ()
    """Signs of a child."""
    card_unhidden_on: date | None = None
    """Since this day its recording is withheld with a card number in it; null where none is, or all are hidden."""
    holds: tuple[str, ...] = ()
    """Matters whose legal holds cover it."""
    is_request_open: bool = False
    """A request of a person on the call is not yet answered."""
    has_objection: bool = False
    """A person objected to training."""
    has_transfer_basis: bool = False
    """A recorded basis allows it to leave the region of its people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterPolicy:
    """A version of the policy announced after the one at capture."""

    __pydantic_config__: ClassVar = DESCRIBED
    version: str
    """Version."""
    notified_on: date
    """When it was announced; from here on what it forbids is not exported."""
    effective_on: date | None
    """When it takes effect; null while its notice has not been delivered, so that no day is set."""
    training_scope: TrainingScope
    """Whose models it lets learn at most."""
    digest: str | None = None
    """Sha256 of its canonical form, by which it is looked up so that all of it binds; null: its scope alone does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentTerms:
    """What a derivative takes over from one artifact it was made from."""

    __pydantic_config__: ClassVar = DESCRIBED
    artifact: str
    """Id of the parent."""
    training_failed: tuple[ReasonCode, ...]
    """Codes that stood against training with the parent; those of redaction and residue are judged anew."""
    scope: TrainingScope
    """Whose models may learn from the parent at most."""
    scope_id: str | None = None
    """The instance or feature that is limited to."""
    ended_by: RetentionBasis | None = None
    """The event that ended the parent; an ordinary end of its period is none."""
    ended_on: date | None = None
    """The day by which that event wants it gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that is known when a decision is made."""

    __pydantic_config__: ClassVar = DESCRIBED
    as_of: AwareDatetime
    """The moment the decision is for."""
    artifact: ArtifactFacts
    """The artifact."""
    tenant: TenantFacts
    """Its tenant."""
    call: CallFacts = field(default_factory=CallFacts)
    """The call it comes from."""
    events: EventFacts = field(default_factory=EventFacts)
    """What has happened since."""
    parents: tuple[ParentTerms, ...] = ()
    """What it was made from."""
    later_policies: tuple[LaterPolicy, ...] = ()
    """Versions of the policy announced after the one that is applied."""
    evidence: tuple[EvidenceFact, ...] = ()
    """What the tenant has on file about companies; about whom nothing is on file, nothing is proved."""
    considered: tuple[ProcessorAsk, ...] = ()
    """Companies asked about, beside those that the policy names."""
