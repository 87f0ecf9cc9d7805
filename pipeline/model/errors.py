"""Everything that can go wrong, in one tree.

PipelineError
  NotFound · Conflict · NotPermitted · InvalidInput     -> 404 · 409 · 403 · 422
  IllegalTransition · HoldInForce                       -> 409
  Withheld(reason)                                      a redaction that could not be proved: nothing is published
  VendorError(vendor, operation)                        -> 503 if a request ever meets one
    VendorUnavailable   retryable: time-out, 408, 429, 5xx
    VendorRefused       never retried: other 4xx, credentials
    VendorBrokeContract never retried: the answer has another shape than agreed
  StoreError(operation)                                 the step fails; absent, denied and unreachable stay apart
    StoreDenied · StoreUnreachable (StoreCannotWrite: full, or read-only)
      StoreCannotWrite  full, or only to be read from: what is kept can still be read
  IntegrityError        digests differ: stop and page a person

The message is checkpointed and logged, so it holds ids and counts, never words, numbers or a vendor's body.
"""

from __future__ import annotations

from typing import ClassVar


class PipelineError(Exception):
    """Something the pipeline refuses to go on with."""

    retryable: ClassVar[bool] = False

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip().splitlines()[0])


class NotFound(PipelineError):
    """No such thing for this tenant."""


class Conflict(PipelineError):
    """The thing has changed, or exists already."""


class NotPermitted(PipelineError):
    """This actor may not do that."""


class InvalidInput(PipelineError):
    """What was given cannot be used."""


class IllegalTransition(PipelineError):
    """The thing is in a state that does not allow this."""


class HoldInForce(PipelineError):
    """A legal hold forbids disposing of this."""


class Withheld(PipelineError):
    """The redaction could not be proved, so nothing is published."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"withheld: {reason}")


class VendorError(PipelineError):
    """A processor outside the building did not do what was asked."""

    def __init__(self, vendor: str, operation: str, *, status: int | None = None, reason: str = "") -> None:
        self.vendor, self.operation, self.status, self.reason = vendor, operation, status, reason
        shown = "" if status is None else f" (status {status})"
        super().__init__(f"{vendor}: {operation}{shown}{': ' if reason else ''}{reason}")


class VendorUnavailable(VendorError):
    """Time-out, connection failure, 408, 429 or 5xx: worth another attempt."""

    retryable = True


class VendorRefused(VendorError):
    """The vendor refused, and will again: credentials or another 4xx."""


class VendorBrokeContract(VendorError):
    """The vendor answered with another shape than agreed."""


class StoreError(PipelineError):
    """The artifact store did not do what was asked."""

    def __init__(self, operation: str, *, reason: str = "") -> None:
        self.operation = operation
        super().__init__(f"artifact store: {operation}{': ' if reason else ''}{reason}")


class StoreDenied(StoreError):
    """The store refused: credentials, or an object lock or hold in force."""


class StoreUnreachable(StoreError):
    """The store could not be reached, was full, or failed: worth another attempt."""

    retryable = True


class StoreCannotWrite(StoreUnreachable):
    """The store takes nothing in: it is full, or only to be read from for now."""


class IntegrityError(PipelineError):
    """Digests differ: stop, and page a person."""
