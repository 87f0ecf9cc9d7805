"""What names a person, brought to one form however it was said, and turned into keyed digests.

"A n n a", "Anna" and "ANNA" are one name, "double five" and "55" one number, "anna at gmail dot com" and
"Anna@gmail.com" one address. Nothing is found by sound: who is only alike is somebody else. Where words of one name
sound alike, the name is indexed with all of them and with one of them, for the second may be the first spelled out.
That is how a person is found; for who they are only the exact digest of an address or number counts (`exact_form.py`).
The digests are made under a key of the tenant; without it a number cannot be found by trying all numbers.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from pipeline.model.entity import EntityType
from pipeline.model.errors import InvalidInput
from pipeline.model.subject import Identifier, IdentifierKind
from pipeline.model.telephone import is_e164
from pipeline.redaction.exact_form import asked_form, exact_number, said_form
from pipeline.redaction.said_value import name_readings, value_of

KIND_OF: Final = {
    EntityType.PERSON: IdentifierKind.NAME,
    EntityType.PHONE_NUMBER: IdentifierKind.NUMBER,
    EntityType.EMAIL_ADDRESS: IdentifierKind.EMAIL,
    EntityType.ACCOUNT_NUMBER: IdentifierKind.ACCOUNT,
    EntityType.IBAN_CODE: IdentifierKind.ACCOUNT,
    EntityType.ID_NUMBER: IdentifierKind.ACCOUNT,
    EntityType.USERNAME: IdentifierKind.ACCOUNT,
    EntityType.MEDICAL_RECORD: IdentifierKind.ACCOUNT,
    EntityType.NATIONAL_ID: IdentifierKind.ACCOUNT,
    EntityType.US_SSN: IdentifierKind.ACCOUNT,
    EntityType.PASSPORT: IdentifierKind.ACCOUNT,
    EntityType.DRIVER_LICENSE: IdentifierKind.ACCOUNT,
}
"""By which of its entities a person is found."""
PROVABLE: Final = frozenset({IdentifierKind.NUMBER, IdentifierKind.EMAIL})
"""Where a code can be sent."""
_TYPE_OF: Final = {
    IdentifierKind.NUMBER: EntityType.PHONE_NUMBER,
    IdentifierKind.EMAIL: EntityType.EMAIL_ADDRESS,
    IdentifierKind.ACCOUNT: EntityType.ACCOUNT_NUMBER,
}
_SIGNS: Final = frozenset({"dash", "hyphen", "underscore", "slash", "minus", "space"})
_LEAST_DIGITS: Final = 7
_SURE_DIGITS: Final = 9
_LEAST_ACCOUNT: Final = 4
_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\.[^@\s.]{2,}")
_LONGEST: Final = 200


def index_key(digest_key: bytes) -> bytes:
    """Derive the key of the index from the tenant's key for digests: it goes when that key is destroyed."""
    return hmac.digest(digest_key, b"blind-index/1", "sha256")


def said_terms(type: EntityType, said: str, *, key: bytes, country: str | None = None) -> frozenset[str]:
    """Give the digests that one entity is found by; none for a type, or a value, that names nobody.

    Args:
        type: what it is.
        said: its words.
        key: the key of the index.
        country: where a number without its country belongs, such as `NZ`; None: it proves nothing.
    """
    kind = KIND_OF.get(type)
    if kind is None:
        return frozenset()
    return _digests(kind, set(_said_forms(kind, said)), key) | _exact(kind, said_form(type, said, country=country), key)


def identity_terms(type: EntityType, said: str, *, key: bytes, country: str | None) -> frozenset[str]:
    """Give those of an entity's digests that say whose it is: of an address or a number the exact one alone."""
    kind = KIND_OF.get(type)
    if kind is not None and kind in PROVABLE:
        return _exact(kind, said_form(type, said, country=country), key)
    return said_terms(type, said, key=key)


def number_terms(number: str, *, key: bytes) -> frozenset[str]:
    """Give the digests that a number on a leg is found by."""
    kind = IdentifierKind.NUMBER
    return _digests(kind, set(_said_forms(kind, number)), key) | exact_number_terms(number, key=key)


def exact_number_terms(number: str, *, key: bytes) -> frozenset[str]:
    """Give the digest that a number on a leg proves who somebody is by."""
    return _exact(IdentifierKind.NUMBER, exact_number(number), key)


def exact_terms(sought: Identifier, *, key: bytes) -> frozenset[str]:
    """Give the digest by which an address or a number proves who somebody is; none for what no code can reach."""
    return _exact(sought.kind, asked_form(sought), key)


def wanted_terms(sought: Identifier, *, key: bytes) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Give what to look for: digests that are sure, those that are sure together, and those that only might be.

    Raises:
        InvalidInput: nothing that anybody could be found by; the message does not repeat it.
    """
    check_identifier(sought)
    kind = sought.kind
    if kind is IdentifierKind.NUMBER:
        digits = sought.value.removeprefix("+")
        ends = [digits[-size:] for size in range(_LEAST_DIGITS, len(digits) + 1)]
        sure = {f"n:{end}" for end in ends if len(end) >= _SURE_DIGITS}
        maybe = {f"n:{end}" for end in ends if len(end) < _SURE_DIGITS} | {f"l:{digits[-_LEAST_DIGITS:]}"}
        return _digests(kind, sure, key), frozenset(), _digests(kind, maybe, key)
    if kind is IdentifierKind.NAME:
        return _wanted_name(sought.value, key)
    return _digests(kind, set(_said_forms(kind, sought.value)), key), frozenset(), frozenset()


def counted_form(sought: Identifier) -> str:
    """Give the one form under which tries for a number or address are counted, however it is written.

    A number counts by its last digits, so that neither a zero before the area nor signs make it another. What nobody
    could be found by counts as it was written.
    """
    return min(_said_forms(sought.kind, sought.value), default=sought.value.strip().casefold())


def check_identifier(sought: Identifier) -> None:
    """Refuse what nobody can be looked for by.

    Raises:
        InvalidInput: another shape than the kind has.
    """
    value = sought.value.strip()
    if len(value) > _LONGEST or not value.isprintable():
        raise InvalidInput("what a person is looked for by is one line of at most 200 characters")
    if sought.kind is IdentifierKind.NUMBER and not is_e164(value):
        raise InvalidInput("a number is written with its country, such as +6421234567")
    if sought.kind is IdentifierKind.EMAIL and not _EMAIL.fullmatch(value):
        raise InvalidInput("this is no e-mail address")
    if not any(_said_forms(sought.kind, value)):
        raise InvalidInput(f"nobody can be found by this {sought.kind}")


def _wanted_name(value: str, key: bytes) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Want a whole name; a word of it alone, or one that is left of two that sound alike, only might be the person."""
    kind = IdentifierKind.NAME
    first, _, untitled = _names(value)
    wholes = [words for words in (first, untitled) if len(words) > 1]
    if not wholes:
        return frozenset(), frozenset(), _digests(kind, set(_single(first, untitled)), key)
    sure = {form for words in wholes for form in _whole_names(words)}
    return _digests(kind, sure, key), _digests(kind, set(_single(wholes[0])), key), frozenset()


def _said_forms(kind: IdentifierKind, said: str) -> Iterator[str]:
    """Give the plain forms that are digested, each with the letter of what it is in front."""
    if kind is IdentifierKind.NAME:
        yield from _name_forms(_names(said))
        return
    words = _words(said, kind)
    code = "".join(words)
    match kind:
        case IdentifierKind.NUMBER:
            digits = "".join(sign for sign in code if sign.isdecimal()).lstrip("0")
            if len(digits) >= _LEAST_DIGITS:
                yield f"n:{digits}"
                yield f"l:{digits[-_LEAST_DIGITS:]}"
        case IdentifierKind.EMAIL:
            if len(words) > 1:
                yield f"e:{code}"
        case IdentifierKind.ACCOUNT:
            if len(code) >= _LEAST_ACCOUNT:
                yield f"a:{code}"


def _name_forms(readings: tuple[tuple[str, ...], ...]) -> Iterator[str]:
    yield from _single(*readings)
    for words in readings:
        yield from _whole_names(words)


def _whole_names(words: tuple[str, ...]) -> Iterator[str]:
    """A whole name in any order of its words, and written or spelled as one word."""
    if words:
        yield "f:" + " ".join(sorted(words))
        yield "j:" + "".join(words)


def _single(*names: tuple[str, ...]) -> Iterator[str]:
    """Each word by itself."""
    yield from (f"w:{word}" for name in names for word in name)


def _names(said: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(filter(None, map(_plain, words))) for words in name_readings(said.strip()))


def _words(said: str, kind: IdentifierKind) -> tuple[str, ...]:
    words = (_plain(word) for word in value_of(_TYPE_OF[kind], said.strip()).words)
    return tuple(word for word in words if word and word not in _SIGNS)


def _plain(word: str) -> str:
    """Bring a word to small letters and digits without accents."""
    folded = unicodedata.normalize("NFKD", word.casefold())
    return "".join(sign for sign in folded if sign.isalnum() and not unicodedata.combining(sign))


def _exact(kind: IdentifierKind, form: str | None, key: bytes) -> frozenset[str]:
    return frozenset() if form is None else _digests(kind, {f"x:{form}"}, key)


def _digests(kind: IdentifierKind, forms: set[str], key: bytes) -> frozenset[str]:
    return frozenset(_digest(kind, form, key) for form in forms)


def _digest(kind: IdentifierKind, form: str, key: bytes) -> str:
    return hmac.digest(key, f"{kind.value}\x00{form}".encode(), "sha256").hex()
