"""A typed span of personal data, with how sure we are and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipeline.model.span import CharSpan


class EntityType(StrEnum):
    """What kind of personal data a span is. A type that is not in this list is `OTHER`, and is hidden."""

    PERSON = "PERSON"
    PHONE_NUMBER = "PHONE_NUMBER"
    EMAIL_ADDRESS = "EMAIL_ADDRESS"
    STREET_ADDRESS = "STREET_ADDRESS"
    LOCATION = "LOCATION"
    ZIP_CODE = "ZIP_CODE"
    DATE_OF_BIRTH = "DATE_OF_BIRTH"
    US_SSN = "US_SSN"
    CREDIT_CARD = "CREDIT_CARD"
    CREDIT_CARD_CVV = "CREDIT_CARD_CVV"
    CREDIT_CARD_EXPIRY = "CREDIT_CARD_EXPIRY"
    ACCOUNT_NUMBER = "ACCOUNT_NUMBER"
    IBAN_CODE = "IBAN_CODE"
    ID_NUMBER = "ID_NUMBER"
    PASSPORT = "PASSPORT"
    DRIVER_LICENSE = "DRIVER_LICENSE"
    NATIONAL_ID = "NATIONAL_ID"
    MEDICAL_RECORD = "MEDICAL_RECORD"
    PIN = "PIN"
    PASSWORD = "PASSWORD"  # noqa: S105 - a kind of entity, not a secret
    USERNAME = "USERNAME"
    IP_ADDRESS = "IP_ADDRESS"
    URL = "URL"
    VEHICLE = "VEHICLE"
    TENANT_WORD = "TENANT_WORD"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why a span was taken for personal data. Names rules, never words.

    `view` is what the rule read, `slot` what the dialogue was being told and `part` which part of a name
    (`given`, `family`), `score` how sure this one finding was.
    """

    recognizer: str
    view: str = "words"
    pattern: str | None = None
    question_turn: int | None = None
    learned_from_turn: int | None = None
    slot: str | None = None
    part: str | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A span of one turn's text; `group` is shared by the entities that name the same thing (`[PERSON_1]`)."""

    turn: int
    span: CharSpan
    type: EntityType
    score: float
    evidence: tuple[Evidence, ...] = ()
    group: int | None = None
