"""The terms a decision is written in: clauses, and reasons with a sentence each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final


def _(message: str) -> str:
    """Mark a text for the catalogues of whoever shows it; here it stays as it is."""
    return message


DESCRIBED: Final[Mapping[str, object]] = {"use_attribute_docstrings": True, "extra": "forbid"}
"""Lets a schema be written from these values: the string under each field describes it, and no other field is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """Where a rule is written: a few of its own words, and where to find them."""

    __pydantic_config__: ClassVar = DESCRIBED
    document: str
    """The policy's id, `jurisdictions` for law, `receipt` for an answer, `artifact` for a parent, or `hold`."""
    section: str
    """Section as printed, or the place of a row, the leg that answered, the parent's id, the matter."""
    key: str
    """Key words: verbatim for a policy, the citation or tokens for law, purpose and outcome for an answer."""


class ReasonCode(StrEnum):
    """Why something is refused."""

    POLICY_FORBIDS = "POLICY_FORBIDS"
    POLICY_SCOPE = "POLICY_SCOPE"
    POLICY_NOT_IN_FORCE = "POLICY_NOT_IN_FORCE"
    POLICY_TIGHTENED = "POLICY_TIGHTENED"
    TENANT_OFF = "TENANT_OFF"
    NO_LEG = "NO_LEG"
    CONSENT_MISSING = "CONSENT_MISSING"
    CONSENT_DECLINED = "CONSENT_DECLINED"
    CONSENT_NO_ANSWER = "CONSENT_NO_ANSWER"
    CONSENT_HUNG_UP = "CONSENT_HUNG_UP"
    CONSENT_UNCLEAR = "CONSENT_UNCLEAR"
    CONSENT_NOT_AFFIRMATIVE = "CONSENT_NOT_AFFIRMATIVE"
    NO_TRAINING_CONSENT = "NO_TRAINING_CONSENT"
    LEG_UNSATISFIED = "LEG_UNSATISFIED"
    WITHDRAWN = "WITHDRAWN"
    CHILD = "CHILD"
    NOT_TRAINING_MATERIAL = "NOT_TRAINING_MATERIAL"
    NOT_STORABLE = "NOT_STORABLE"
    REDACTION = "REDACTION"
    SENSITIVE = "SENSITIVE"
    SPEAKERS = "SPEAKERS"
    RIGHTS_PENDING = "RIGHTS_PENDING"
    COOL_OFF = "COOL_OFF"
    PROCESSOR_TAINT = "PROCESSOR_TAINT"
    REGION = "REGION"
    NO_LINEAGE = "NO_LINEAGE"
    NOT_LISTED = "NOT_LISTED"
    OTHER_PURPOSE = "OTHER_PURPOSE"
    NO_CONTENT = "NO_CONTENT"
    NO_EVIDENCE = "NO_EVIDENCE"
    EVIDENCE_EXPIRED = "EVIDENCE_EXPIRED"
    ENDED = "ENDED"


SENTENCES: Final[Mapping[ReasonCode, str]] = {
    ReasonCode.POLICY_FORBIDS: _("The policy does not allow this."),
    ReasonCode.POLICY_SCOPE: _("The policy does not allow training with this."),
    ReasonCode.POLICY_NOT_IN_FORCE: _("The policy was not yet in force when the call was captured."),
    ReasonCode.POLICY_TIGHTENED: _("A later version of the policy, in force or announced, no longer allows this."),
    ReasonCode.TENANT_OFF: _("The tenant has not switched this on, or has stopped it."),
    ReasonCode.NO_LEG: _("It is not known who was on the call, so nobody's permission is known."),
    ReasonCode.CONSENT_MISSING: _("A person on the call was not asked."),
    ReasonCode.CONSENT_DECLINED: _("A person on the call said no."),
    ReasonCode.CONSENT_NO_ANSWER: _("A person on the call gave no answer."),
    ReasonCode.CONSENT_HUNG_UP: _("A person hung up before answering."),
    ReasonCode.CONSENT_UNCLEAR: _("A person's answer was not clear."),
    ReasonCode.CONSENT_NOT_AFFIRMATIVE: _("The law of a place asks for a key press or writing, and there was neither."),
    ReasonCode.NO_TRAINING_CONSENT: _("A person on the call did not agree to training beforehand, in its own answer."),
    ReasonCode.LEG_UNSATISFIED: _("What the law asks for a person on the call was not done, or is not proved."),
    ReasonCode.WITHDRAWN: _("A person on the call withdrew permission."),
    ReasonCode.CHILD: _("There is a sign that a child is on the call."),
    ReasonCode.NOT_TRAINING_MATERIAL: _("This kind of artifact is never used for training."),
    ReasonCode.NOT_STORABLE: _("This may not be kept, so it may not be trained on."),
    ReasonCode.REDACTION: _("Redaction did not pass, is too old, or did not know the language."),
    ReasonCode.SENSITIVE: _("Something sensitive is, or may be, left in it."),
    ReasonCode.SPEAKERS: _("It is not certain that only people who agreed are heard."),
    ReasonCode.RIGHTS_PENDING: _("A request, an objection or a legal hold is open."),
    ReasonCode.COOL_OFF: _("The waiting time after capture, in which people can still object, is not over."),
    ReasonCode.PROCESSOR_TAINT: _("A company that is not listed, or may train for itself, has had it."),
    ReasonCode.REGION: _("The place where it lies, or would go, is not one the law of a leg allows for this."),
    ReasonCode.NO_LINEAGE: _("What it was made from is not known."),
    ReasonCode.NOT_LISTED: _("The policy does not list this company."),
    ReasonCode.OTHER_PURPOSE: _("The policy lists this company for other purposes."),
    ReasonCode.NO_CONTENT: _("This company must never see what is said on calls or who calls."),
    ReasonCode.NO_EVIDENCE: _("No contract that binds this company and keeps it from training is on file."),
    ReasonCode.EVIDENCE_EXPIRED: _("What is on file about this company has expired, or is of a later day."),
    ReasonCode.ENDED: _("Something has ended the life of this artifact."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One thing that stands against something, and where it is written."""

    __pydantic_config__: ClassVar = DESCRIBED
    code: ReasonCode
    """What stands against it."""
    clause: Clause
    """Where that is written."""

    @property
    def sentence(self) -> str:
        """The reason in words for people."""
        return SENTENCES[self.code]
