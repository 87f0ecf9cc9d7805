"""Why a span was hidden, in a plain sentence for reviewers.

A sentence is put together from the tables below and turn numbers alone. Nothing else that evidence carries is ever
repeated, so that no word of a call can come out here, whatever a rule should put into its evidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pipeline.model.entity import EntityType as T
from pipeline.model.entity import Evidence

UNKNOWN: Final = "found by a rule that has no sentence yet"

KINDS: Final[Mapping[T, str]] = {
    T.PERSON: "a name", T.PHONE_NUMBER: "a telephone number", T.EMAIL_ADDRESS: "an e-mail address",
    T.STREET_ADDRESS: "an address", T.LOCATION: "a place", T.ZIP_CODE: "a postal code",
    T.DATE_OF_BIRTH: "a date of birth", T.US_SSN: "a social security number", T.CREDIT_CARD: "a card number",
    T.CREDIT_CARD_CVV: "a card's security code", T.CREDIT_CARD_EXPIRY: "a card's expiry date",
    T.ACCOUNT_NUMBER: "an account number", T.IBAN_CODE: "an IBAN",
    T.ID_NUMBER: "an order, policy, member or case number", T.PASSPORT: "a passport number",
    T.DRIVER_LICENSE: "a driving licence number", T.NATIONAL_ID: "a national identity, tax or health number",
    T.MEDICAL_RECORD: "a medical record number", T.PIN: "a PIN", T.PASSWORD: "a password", T.USERNAME: "a user name",
    T.IP_ADDRESS: "an IP address", T.URL: "a web address", T.VEHICLE: "a number plate or vehicle number",
    T.TENANT_WORD: "a word of the tenant's own list", T.OTHER: "something personal",
}  # fmt: skip
"""What people call each type."""

_PARTS: Final[Mapping[str, str]] = {"given": "a given name", "family": "a family name"}
"""Parts of a name that people ask for one by one."""

_SENTENCES: Final[Mapping[tuple[str, str | None], str]] = {
    ("Dialogue", None): "answers the question{asked}{question}",
    ("Dialogue", "part of answer"): "is part of the answer to the question{asked}{question}",
    ("Dialogue", "named in answer"): "is named in the answer to the question{asked}{question}",
    ("Dialogue", "spelled"): "is spelled in answer to the question{asked}{question}",
    ("Dialogue", "spelled answer"): "is spelled in answer to the question{asked}{question}",
    ("Dialogue", "read-back"): "repeats the answer to the question{asked}{question}",
    ("Propagation", None): "said again{learned}",
    ("Propagation", "number"): "says again, in whole or in part, a number{learned}",
    ("Propagation", "spelling"): "spells a name{learned}",
    ("Propagation", "address"): "says again a part of an address{learned}",
    ("Imported", None): "was hidden before the recording came here",
    ("LoneAnswer", None): "stands alone in its turn, as answers do",
    ("FullNames", None): "is a given name and a surname together",
    ("LoneAnswer", "name"): "is a name that stands alone in its turn",
    ("LoneAnswer", "number"): "is a number that stands alone in its turn",
    ("LoneAnswer", "beside a number"): "is a name beside a number that stands alone",
    ("LoneAnswer", "place beside a number"): "is a place beside a number that stands alone",
    ("Introductions", None): "stands where people say a name",
    ("Introductions", "introduction"): "follows words by which somebody gives a name",
    ("Introductions", "title"): "follows a title",
    ("Introductions", "given name"): "is a given name and hardly ever anything else",
    ("Introductions", "speaking"): "stands before a word by which somebody says who is speaking",
    ("Introductions", "address"): "follows words that greet or name somebody",
    ("LabelledNumbers", None): "stands beside the words that name its kind",
    ("LongNumbers", None): "is a run of digits or letters as long as the numbers that belong to one person",
    ("MailAndSites", None): "has the form of an e-mail or web address",
    ("MailAndSites", "at sign"): "has an at sign, as an e-mail address does",
    ("StreetAddresses", None): "has the form of an address",
    ("StreetAddresses", "street"): "is a street with its number or name",
    ("StreetAddresses", "box"): "is a post box",
    ("StreetAddresses", "place and code"): "is a place with a postal code",
    ("StreetAddresses", "state"): "is a town before its state",
    ("StreetAddresses", "announced"): "follows words that announce an address",
    ("StreetAddresses", "alone"): "is a number with unusual words that fill their turn, as an address does",
    ("BirthDates", None): "is a date beside words about a birth",
    ("BirthDates", "day, month and year of long ago"): "is a whole date that lies where births lie",
    ("HomePlaces", None): "follows words about where somebody lives, learns or works",
    ("PhoneRecognizer", None): "is a valid telephone number",
    ("IbanRecognizer", None): "has the form of an IBAN",
    ("IpRecognizer", None): "has the form of an IP address",
    # Written by detectors before ours had a tagger; a manifest of theirs (/1) is still read, amended and written.
    ("spacy", None): "a language model took it for a name or a place",
    ("rampart", None): "a second language model took it for a name or a place",
    ("TaggedWords", None): "our own name finder took it for personal in this dialogue",
    ("Fusion", None): "stands between words that are personal",
    ("TenantWords", None): "stands in the tenant's own list of words to hide",
    ("TenantWords", "sound"): "sounds like a word of the tenant's own list of words to hide",
    ("TenantWords", "spelling"): "spells a word of the tenant's own list of words to hide",
    ("CheckDigits", None): "passes a check digit",
    ("CheckDigits", "card"): "passes the card check digit",
    ("CheckDigits", "iban"): "passes the check digits of an IBAN",
    ("CheckDigits", "nino"): "has the strict form of a UK National Insurance number",
    ("CheckDigits", "nhi"): "passes the check digit of a New Zealand NHI number",
    ("CheckDigits", "nhs"): "passes the check digit of an NHS number",
    ("CheckDigits", "ird"): "passes the check digit of a New Zealand IRD number",
    ("CheckDigits", "tfn"): "passes the check digit of an Australian tax file number",
    ("CheckDigits", "medicare"): "passes the check digit of an Australian Medicare number",
    ("CheckDigits", "vin"): "passes the check character of a vehicle identification number",
    ("CheckDigits", "abn"): "passes the check digits of an Australian Business Number",
    ("CheckDigits", "itin"): "has the form of a US individual taxpayer's number",
    ("CheckDigits", "aba_routing"): "passes the check digit of a US bank's routing number",
    ("CheckDigits", "gb_postcode"): "has the strict form of a UK postcode",
    ("CheckDigits", "ca_postcode"): "has the form of a Canadian postal code",
    ("CheckDigits", "us_zip"): "has the form of a US ZIP code",
    ("CheckDigits", "in_pin_code"): "has the form of an Indian PIN code",
    ("CheckDigits", "au_nz_postcode"): "has the form of an Australian or New Zealand postcode",
    ("SecondRecogniser", None): "a second recogniser heard it in the redacted sound",
    ("SecondRecogniser", "hidden value"): "a second recogniser heard here what is hidden elsewhere",
    ("Reviewer", None): "a reviewer marked it",
}
"""A sentence for a rule, and one for each of its patterns that says more than the rule's own."""


def explain(evidence: Evidence) -> str:
    """Say in a plain sentence why this evidence makes a span personal; `UNKNOWN` for a rule that has no sentence."""
    pattern = None if evidence.pattern is None else evidence.pattern.removeprefix("late ")
    if pattern is not None and pattern.startswith("read-back"):
        pattern = "read-back"
    sentence = _SENTENCES.get((evidence.recognizer, pattern)) or _SENTENCES.get((evidence.recognizer, None), UNKNOWN)
    return sentence.format(
        asked=_asked(evidence),
        question=_in_turn(" in turn {}", evidence.question_turn),
        learned=_in_turn(" from turn {}", evidence.learned_from_turn),
    )


def _asked(evidence: Evidence) -> str:
    """Name what was asked; nothing for a slot that is no type."""
    kind = T.__members__.get(evidence.slot or "")
    told = _PARTS.get(evidence.part or "") or (KINDS[kind] if kind else None)
    return f" for {told}" if told else ""


def _in_turn(form: str, turn: int | None) -> str:
    return "" if turn is None else form.format(int(turn))
