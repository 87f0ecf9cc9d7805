"""Requests of the caller of a line's calls, as tests open and prove them."""

from __future__ import annotations

from pipeline.decisions.subject_requests import attest_identity
from pipeline.intake.open_request import Ask, open_request
from pipeline.model.subject import Identifier, IdentifierKind, Identity, RequestKind, SubjectDetails, SubjectRequest

CALLER = "+12125550100"
WHOLE = (
    "settle_consent", "capture", "delete_vendor_copy", "transcribe", "detect", "index_people", "redact_audio",
    "redact_text", "keep_receipts", "decide", "publish",
)  # fmt: skip


def asked(
    line, kind: RequestKind, *, is_proved: bool = True, more: tuple[Identifier, ...] = (), place: str | None = None
) -> SubjectRequest:
    """A request of the caller, whose identity a person of the tenant attests."""
    who = Identifier(kind=IdentifierKind.NUMBER, value=CALLER)
    details = SubjectDetails(identifiers=(who, *more), note="canarynote")
    ask = Ask(kind=kind, details=details, channel="cli", place=place)
    line.context.vault.database._clock.move(minutes=1)
    keys, bundle = line.context.vault.keys, line.context.bundles(line.owner.policy_id)
    with line.tx() as tx:
        made = open_request(tx, ask, bundle=bundle, matrix=line.context.law.matrix, keys=keys, actor="test").request
        if not is_proved:
            return made
        who, seen = Identity.OPERATOR, "passport seen"
        return attest_identity(tx, made.id, identity=who, actor="user:1", reason=seen, keys=keys)
