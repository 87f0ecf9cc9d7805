"""What every artifact store accepts, whatever it keeps the bytes on."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from pipeline.model.errors import IntegrityError, InvalidInput

_PART: Final = r"[A-Za-z0-9_][A-Za-z0-9._=@+-]{0,200}"
_KEY: Final = re.compile(rf"(?=.{{1,900}}\Z){_PART}(/{_PART})*")
_MOST_TAGS: Final = 10


def check_key(key: str) -> str:
    """Accept the key of an object: nothing that a path, a shell or a URL would read as something else.

    Raises:
        InvalidInput: another shape, such as `../x`, an empty part, or one that begins with a dot.
    """
    if not _KEY.fullmatch(key):
        raise InvalidInput("an object key is parts of letters, digits, _ and inside also .=@+-, between slashes")
    return key


def check_prefix(prefix: str) -> str:
    """Accept the beginning of keys: none at all, or whole parts and maybe the beginning of another.

    Raises:
        InvalidInput: no key can begin so.
    """
    if prefix:
        check_key(prefix.removesuffix("/"))
    return prefix


def check_digest(body: bytes, sha256: str) -> None:
    """Accept bytes that have the digest they are said to have.

    Raises:
        IntegrityError: another digest.
    """
    if hashlib.sha256(body).hexdigest() != sha256:
        raise IntegrityError("the bytes do not have the digest that was given for them")


def check_tag_count(tags: Mapping[str, str]) -> None:
    """Accept as many tags as S3 keeps.

    Raises:
        InvalidInput: more than ten.
    """
    if len(tags) > _MOST_TAGS:
        raise InvalidInput(f"an object has at most {_MOST_TAGS} tags")


def whole_second(moment: datetime) -> datetime:
    """Round a date of retention up to what S3 keeps: what was promised in parts of a second is never cut short.

    Raises:
        InvalidInput: without a time zone.
    """
    if moment.tzinfo is None:
        raise InvalidInput("a date to retain until needs a time zone")
    in_utc = moment.astimezone(UTC)
    return in_utc if not in_utc.microsecond else in_utc.replace(microsecond=0) + timedelta(seconds=1)
