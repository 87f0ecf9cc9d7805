"""What boto3 raises, in the store's words: absent, denied and unreachable stay three things."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    FlexibleChecksumError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
)

from pipeline.model.errors import (
    IntegrityError,
    InvalidInput,
    NotFound,
    PipelineError,
    StoreDenied,
    StoreUnreachable,
)

LOST_RACE: Final = ("PreconditionFailed", "ConditionalRequestConflict", "412", "409")
"""Codes by which a conditional put says that an object is there, or is being put by someone else."""

NO_LOCK: Final = ("NoSuchObjectLockConfiguration", "ObjectLockConfigurationNotFoundError", "NoSuchObjectLegalHold")
"""Codes by which a version says that it has no date or hold (the last one: SeaweedFS 4.48, 2026-11)."""

_ABSENT: Final = ("NoSuchKey", "NoSuchVersion", "404", "MethodNotAllowed", "405")
_FORBIDDEN: Final = 403
_SKEWED: Final = "RequestTimeTooSkewed"
_TOLERANCE: Final = timedelta(minutes=15)
_ALTERED: Final = ("BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch")


@dataclass(slots=True)
class Refused:
    """The lenient code that was answered, if one was."""

    code: str = ""


@contextmanager
def as_store_error(
    operation: str, *, lenient: tuple[str, ...] = (), absent: PipelineError | None = None
) -> Iterator[Refused]:
    """Run one call of boto3 and translate what it raises.

    Args:
        operation: named in the error.
        lenient: codes that are an answer and no error; which one came is in what is yielded.
        absent: raised where the thing asked for is not there, NotFound by default.

    The store's own message is left out of the error's text: it may quote what was sent.
    """
    refused = Refused()
    try:
        yield refused
    except ClientError as error:
        refused.code = str(error.response.get("Error", {}).get("Code", ""))
        if refused.code not in lenient:
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            if status == _FORBIDDEN and _is_skewed(error):
                raise StoreUnreachable(operation, reason=_SKEWED) from error
            raise _translate(operation, refused.code, status, absent) from error
    except (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError) as error:
        raise StoreDenied(operation, reason="no credentials") from error
    except FlexibleChecksumError as error:
        raise IntegrityError("a stored object does not have the digest it was stored with") from error
    except ParamValidationError as error:
        raise InvalidInput(f"the store cannot be asked this: {operation}") from error
    except BotoCoreError as error:
        raise StoreUnreachable(operation, reason=type(error).__name__) from error


def _is_skewed(error: ClientError) -> bool:
    """Say whether a refusal is of our clock and not of us; it ends by itself once the clock is right.

    An answer to HEAD has no code, but it has the server's time. S3 refuses what was signed more than a quarter of an
    hour from it (AWS: "Error responses", RequestTimeTooSkewed).
    """
    if error.response.get("Error", {}).get("Code") == _SKEWED:
        return True
    told = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
    try:
        theirs = parsedate_to_datetime(told)
    except ValueError:
        return False
    return theirs.tzinfo is not None and abs(datetime.now(UTC) - theirs) > _TOLERANCE


def _translate(operation: str, code: str, status: int, absent: PipelineError | None) -> PipelineError:
    if code in _ABSENT:
        return absent or NotFound("no such object, or its latest version is a delete marker")
    if code in _ALTERED:
        return IntegrityError("the store received other bytes than were sent")
    if code == "NoSuchBucket" or status in (408, 429) or status >= 500:
        return StoreUnreachable(operation, reason=code)
    return StoreDenied(operation, reason=code)
