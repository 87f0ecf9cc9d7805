"""What the domain's codes are called on a page, by the kind of code. One that is not listed is shown as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pipeline.model.artifact import ArtifactKind
from pipeline.model.call import LegRole
from pipeline.model.consent import Method, Outcome, Purpose
from pipeline.model.entity import EntityType
from pipeline.model.hold import HoldScope
from pipeline.model.legal import LegalAct, LegalKind, LegalOutcome
from pipeline.model.purge import ItemKind, ItemState
from pipeline.model.retention import Disposition, RetentionBasis
from pipeline.model.settings_draft import DraftState
from pipeline.policies.changes import Effect
from webhooks.pages.tag_labels import TAGS


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


_TYPES: Final[Mapping[str, str]] = {
    EntityType.PERSON: _("Name of a person"),
    EntityType.PHONE_NUMBER: _("Telephone number"),
    EntityType.EMAIL_ADDRESS: _("E-mail address"),
    EntityType.STREET_ADDRESS: _("Street address"),
    EntityType.LOCATION: _("Place name"),
    EntityType.ZIP_CODE: _("Postal code"),
    EntityType.DATE_OF_BIRTH: _("Date of birth"),
    EntityType.US_SSN: _("US social security number"),
    EntityType.CREDIT_CARD: _("Card number"),
    EntityType.CREDIT_CARD_CVV: _("Card security code"),
    EntityType.CREDIT_CARD_EXPIRY: _("Card expiry date"),
    EntityType.ACCOUNT_NUMBER: _("Account number"),
    EntityType.IBAN_CODE: _("IBAN"),
    EntityType.ID_NUMBER: _("Reference number"),
    EntityType.PASSPORT: _("Passport number"),
    EntityType.DRIVER_LICENSE: _("Driving licence number"),
    EntityType.NATIONAL_ID: _("National identity number"),
    EntityType.MEDICAL_RECORD: _("Medical record number"),
    EntityType.PIN: _("PIN"),
    EntityType.PASSWORD: _("Password"),
    EntityType.USERNAME: _("User name"),
    EntityType.IP_ADDRESS: _("IP address"),
    EntityType.URL: _("Web address"),
    EntityType.VEHICLE: _("Vehicle number"),
    EntityType.TENANT_WORD: _("Word of your own list"),
    EntityType.OTHER: _("Other personal data"),
}
_ARTIFACTS: Final[Mapping[str, str]] = {
    ArtifactKind.RECORDING_ORIGINAL: _("original recording"),
    ArtifactKind.RECORDING_REDACTED: _("redacted recording"),
    ArtifactKind.TRANSCRIPT_ORIGINAL: _("original transcript"),
    ArtifactKind.TRANSCRIPT_REDACTED: _("redacted transcript"),
    ArtifactKind.REDACTION_MANIFEST: _("list of what is hidden"),
    ArtifactKind.CONSENT_RECEIPT: _("consent receipt"),
    ArtifactKind.CALL_METADATA: _("facts about the call"),
    ArtifactKind.SUMMARY: _("summary"),
    ArtifactKind.EMBEDDING: _("embedding"),
    ArtifactKind.EXPORT: _("export"),
    ArtifactKind.DATASET_MANIFEST: _("list of a dataset"),
}
_LEGS: Final[Mapping[str, str]] = {
    LegRole.CALLER: _("caller"),
    LegRole.CALLEE: _("callee"),
    LegRole.AGENT: _("agent"),
}
_PURPOSES: Final[Mapping[str, str]] = {
    Purpose.RECORD: _("to record"),
    Purpose.TRANSCRIBE: _("to transcribe"),
    Purpose.STORE: _("to keep"),
    Purpose.VENDOR_PROCESS: _("to have vendors process"),
    Purpose.TRAIN: _("to train"),
}
_OUTCOMES: Final[Mapping[str, str]] = {
    Outcome.GRANTED: _("agreed"),
    Outcome.DECLINED: _("declined"),
    Outcome.NO_ANSWER: _("no answer"),
    Outcome.HUNG_UP: _("hung up"),
    Outcome.UNCLEAR: _("unclear"),
    Outcome.WRONG_KEY: _("wrong key"),
    Outcome.WITHDRAWN: _("withdrawn"),
}
_METHODS: Final[Mapping[str, str]] = {
    Method.IMPLIED: _("by staying on the line"),
    Method.DTMF: _("by a key press"),
    Method.SPEECH: _("by speech"),
    Method.PRIOR_WRITTEN: _("in writing beforehand"),
    Method.OPERATOR_ATTESTED: _("by the operator's declaration"),
    Method.AGENT_API: _("by way of the API"),
    Method.ATTESTED_EVIDENCE: _("by evidence that a person attests"),
    Method.ATTESTED_IMPLIED: _("by staying on the line, as a person attests"),
}
_MODES: Final[Mapping[str, str]] = {
    "notice_continue": _("An announcement is made; who stays on the line agrees."),
    "notice_before": _("An announcement is made before the recorder starts; who stays on the line agrees."),
    "notice_inside": _("An announcement is made before the recorder starts, and again inside the recording."),
    "explicit_gate": _("A clear yes is asked for; without one nothing is recorded."),
}
_DISPOSITIONS: Final[Mapping[str, str]] = {
    Disposition.RETAIN: _("kept on"),
    Disposition.DUE: _("due to be destroyed"),
    Disposition.RESTRICTED: _("kept, and used for nothing else"),
    Disposition.HELD: _("held"),
}
_BASES: Final[Mapping[str, str]] = {
    RetentionBasis.POLICY: _("the policy's own period"),
    RetentionBasis.HOUSE_CHOICE: _("our choice, where the policy is silent"),
    RetentionBasis.TENANT_SETTING: _("your setting"),
    RetentionBasis.JURISDICTION_CAP: _("the latest day that a law allows"),
    RetentionBasis.JURISDICTION_MINIMUM: _("a law orders to keep it until then"),
    RetentionBasis.POLICY_MINIMUM: _("a law that the policy names orders to keep it until then"),
    RetentionBasis.CHILD: _("a child was heard"),
    RetentionBasis.CARD_NUMBER: _("a card number in it could not be hidden"),
    RetentionBasis.DELETION_REQUEST: _("deletion was asked for"),
    RetentionBasis.CLOSURE: _("the account was closed"),
    RetentionBasis.WITHDRAWAL: _("the permission was taken back"),
    RetentionBasis.NOT_PERMITTED: _("it must not be kept"),
    RetentionBasis.HOLD: _("a legal hold"),
}
_SCOPES: Final[Mapping[str, str]] = {
    HoldScope.TENANT: _("everything there is"),
    HoldScope.CALL: _("a call"),
    HoldScope.RECORDING: _("a recording"),
    HoldScope.PARTY: _("a person"),
    HoldScope.QUERY: _("whatever meets a question"),
    "artifact": _("an artifact"),
}
_ITEMS: Final[Mapping[str, str]] = {
    ItemKind.OBJECT: _("stored copy"),
    ItemKind.VENDOR: _("vendor's copy"),
    ItemKind.METADATA: _("facts about it"),
    ItemKind.PROCESSOR: _("company that received it"),
    ItemKind.ROWS: _("rows of the database"),
}
_ITEM_STATES: Final[Mapping[str, str]] = {
    ItemState.DOOMED: _("to be destroyed"),
    ItemState.GONE: _("gone"),
    ItemState.FOLLOWED: _("followed up"),
    ItemState.KEPT: _("kept on"),
}
_DRAFTS: Final[Mapping[str, str]] = {
    DraftState.DRAFT: _("being written"),
    DraftState.SUBMITTED: _("waits for a decision"),
    DraftState.ACTIVATED: _("activated"),
    DraftState.REJECTED: _("turned down"),
    DraftState.WITHDRAWN: _("taken back"),
}
_NUMBERS: Final[Mapping[str, str]] = {
    "listed": _("listed"),
    "armed": _("armed"),
    "disarmed": _("disarmed"),
}
_COMPANIES: Final[Mapping[str, str]] = {
    "proved": _("proved"),
    "expires soon": _("expires soon"),
    "expired": _("expired"),
    "no evidence": _("no evidence"),
    "no content": _("receives no content"),
}
_USES: Final[Mapping[str, str]] = {
    "email_calendar": _("e-mail and calendar"),
    "embeddings": _("embeddings"),
    "hosting": _("hosting"),
    "inference": _("inference"),
    "payments": _("payments"),
    "speech_to_text": _("speech to text"),
    "telephony": _("telephony"),
    "text_to_speech": _("text to speech"),
    "training": _("training"),
    "web_usage": _("web usage"),
}
_LEGAL: Final[Mapping[str, str]] = {
    LegalKind.PROCESS: _("a demand of law"),
    LegalKind.GOOD_FAITH: _("in good faith"),
    LegalOutcome.ANSWERED: _("answered"),
    LegalOutcome.REFUSED: _("refused"),
    LegalOutcome.WITHDRAWN: _("withdrawn"),
    LegalAct.APPROVED: _("approved"),
    LegalAct.EXPORTED: _("handed out"),
    LegalAct.NOTIFIED: _("you were told"),
    LegalAct.CLOSED: _("closed"),
    "open": _("open"),
}
_MOVES: Final[Mapping[str, str]] = {
    "shorter": _("kept for a shorter time"),
    "no_longer_eligible": _("no longer trained on"),
    "processors_lost": _("processors lost"),
    "copies_lost": _("copies elsewhere lost"),
    "download_lost": _("no longer downloaded"),
    "ended": _("ended"),
    "longer_if_captured_then": _("kept longer if captured then"),
    "eligible_if_captured_then": _("trained on if captured then"),
}
_EFFECTS: Final[Mapping[str, str]] = {
    Effect.TIGHTENING: _("allows less"),
    Effect.LOOSENING: _("allows more"),
    Effect.NEUTRAL: _("words alone"),
    Effect.UNCLEAR: _("unclear: counts as less"),
}
_VERDICTS: Final[Mapping[str, str]] = {
    "ok": _("in order"),
    "warn": _("look at it"),
    "fail": _("fault"),
}
LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    "type": _TYPES,
    "artifact": _ARTIFACTS,
    "leg": _LEGS,
    "purpose": _PURPOSES,
    "outcome": _OUTCOMES,
    "method": _METHODS,
    "mode": _MODES,
    "disposition": _DISPOSITIONS,
    "basis": _BASES,
    "scope": _SCOPES,
    "item": _ITEMS,
    "item_state": _ITEM_STATES,
    "draft": _DRAFTS,
    "number": _NUMBERS,
    "company": _COMPANIES,
    "use": _USES,
    "legal": _LEGAL,
    "move": _MOVES,
    "effect": _EFFECTS,
    "verdict": _VERDICTS,
    "tag": TAGS,
}
"""For each kind of code what its codes are called."""


def label_of(kind: str, code: str) -> str:
    """Give what a code is called, to be translated.

    Raises:
        KeyError: there is no such kind of code.
    """
    return LABELS[kind].get(code, code)
