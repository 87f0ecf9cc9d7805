"""What stands in redacted text for a hidden span: written here, and known again by its form.

What has this form is never read again, so that redacting twice is redacting once. A real number that had it would
therefore be shown: the form has none that a person's number can have, and one that is too long, or without the signs
that we write, is read like anything that was said.
"""

from __future__ import annotations

import re
from typing import Final

from pipeline.model.entity import EntityType

HASH_LENGTH: Final = 16
_PLAIN_NUMBERS: Final = 1000
_NUMBER: Final = r"(?:0|[1-9][0-9]{0,2}|n[1-9][0-9]{3,4})"
_HASH: Final = rf"(?=[0-9a-f]{{4}}[0-9]*[a-f])[0-9a-f]{{{HASH_LENGTH}}}"
"""A letter stands behind the fourth place, as in no card and, with 16 places, in no IBAN."""
_SIGN: Final = "~"
_ENCRYPTED: Final = rf"{_SIGN}[0-9A-Za-z_-]{{64,}}={{0,2}}"

PLACEHOLDER: Final = rf"\[(?:{'|'.join(EntityType)})(?:_{_NUMBER}|:{_HASH}|:{_ENCRYPTED})?\]"
"""A pattern without groups: a type alone, a label, a hash, something encrypted, in brackets."""


def label(type: EntityType, number: int) -> str:
    """Name one thing of a call; from 1000 on with an `n`, since four digits can be somebody's PIN."""
    return f"{type.value}_{'' if number < _PLAIN_NUMBERS else 'n'}{number}"


def hashed(type: EntityType, digest: str) -> str:
    """Write a hash: of a digest in hexadecimal, the first 16 places in a row that no number has."""
    parts = (digest[at : at + HASH_LENGTH] for at in range(len(digest)))
    return f"{type.value}:{next(part for part in parts if re.fullmatch(_HASH, part))}"


def encrypted(type: EntityType, shown: str) -> str:
    """Write what was encrypted, in base64 that is safe in addresses."""
    return f"{type.value}:{_SIGN}{shown}"


def bare_encrypted(shown: str) -> str:
    """Give what `encrypted` was given."""
    return shown.rpartition(":")[2].removeprefix(_SIGN)
