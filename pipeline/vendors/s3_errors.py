"""What boto3 raises, in the store's words: absent, denied and unreachable stay three things."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError, FlexibleChecksumError, ParamValidationError

from pipeline.model.errors import (
    IntegrityError,
    InvalidInput,
    NotFound,
    PipelineError,
    StoreDenied,
    StoreUnreachable,
)
from pipeline.vendors.aws_session import NOT_SIGNED_IN, SKEWED, is_skewed, why_not_signed_in

LOST_RACE: Final = ("PreconditionFailed", "ConditionalRequestConflict", "412", "409")
"""Codes by which a conditional put says that an object is there, or is being put by someone else."""

NO_LOCK: Final = ("NoSuchObjectLockConfiguration", "ObjectLockConfigurationNotFoundError", "NoSuchObjectLegalHold")
"""Codes by which a version says that it has no date or hold (the last one: SeaweedFS 4.48, 2026-11)."""

_ABSENT: Final = ("NoSuchKey", "NoSuchVersion", "404", "MethodNotAllowed", "405")
_FORBIDDEN: Final = 403
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
            if status == _FORBIDDEN and is_skewed(error):
                raise StoreUnreachable(operation, reason=SKEWED) from error
            raise _translate(operation, refused.code, status, absent) from error
    except NOT_SIGNED_IN as error:
        raise StoreDenied(operation, reason=why_not_signed_in(error)) from error
    except FlexibleChecksumError as error:
        raise IntegrityError("a stored object does not have the digest it was stored with") from error
    except ParamValidationError as error:
        raise InvalidInput(f"the store cannot be asked this: {operation}") from error
    except BotoCoreError as error:
        raise StoreUnreachable(operation, reason=type(error).__name__) from error


def _translate(operation: str, code: str, status: int, absent: PipelineError | None) -> PipelineError:
    if code in _ABSENT:
        return absent or NotFound("no such object, or its latest version is a delete marker")
    if code in _ALTERED:
        return IntegrityError("the store received other bytes than were sent")
    if code == "NoSuchBucket" or status in (408, 429) or status >= 500:
        return StoreUnreachable(operation, reason=code)
    return StoreDenied(operation, reason=code)
