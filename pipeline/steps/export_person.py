"""Answer a request for access or portability: one sealed zip, kept as long as the policy keeps exports.

The zip holds the report (JSON and a page), and for each recording of the person's own calls the redacted transcript,
the redacted sound and, where it is to be taken elsewhere, a vCon.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any, Final

from pipeline.model.artifact import ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.errors import InvalidInput, NotFound
from pipeline.model.ids import ArtifactId, TenantId
from pipeline.model.subject import RequestKind, RequestState, SubjectRequest
from pipeline.model.tenant import Tenant
from pipeline.steps.access_report import to_json, write_html, write_report
from pipeline.steps.context import Receipt, StepContext
from pipeline.steps.decide_export import decide_export
from pipeline.steps.own_calls import Copy, OwnCall, read_own_calls
from pipeline.store.artifacts import get_artifact
from pipeline.store.audit import add_event
from pipeline.store.session import Transaction
from pipeline.store.subject_person import find_requester, own_call_ids
from pipeline.store.subject_requests import get_request, move_request
from pipeline.store.tenants import get_tenant
from pipeline.store.vault import Shelf
from pipeline.vcon.document import Contents, write_vcon

_ACTOR: Final = "system"
_KINDS: Final = (RequestKind.ACCESS, RequestKind.PORTABILITY)
_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip can tell: the same contents are the same bytes."""


def export_person(context: StepContext, tenant: TenantId, request_id: str, *, actor: str = _ACTOR) -> Receipt:
    """Make the export of a request and answer it; where it was made and still lives, nothing is made again.

    Returns:
        The artifact, and how many calls and copies are in it.

    Raises:
        InvalidInput: a request of another kind.
        IllegalTransition: it is not known who asks, or the request is over.
    """
    with context.vault.database.transaction(tenant) as tx:
        request, owner = get_request(tx, request_id), get_tenant(tx, keys=context.vault.keys)
        if request.kind not in _KINDS:
            raise InvalidInput(f"a request for {request.kind} is not answered with an export")
        if request.export is not None and request.is_answered and _lives(tx, request.export):
            return {**request.result, "artifact": request.export}
        request = move_request(tx, request, RequestState.WORKING, actor=actor)
        matches = find_requester(tx, request, keys=context.vault.keys)
    own = tuple(read_own_calls(context, owner, request, own_call_ids(matches)))
    with context.vault.database.transaction(tenant) as tx:
        report = write_report(tx, request, owner, context.bundle_of(tx, owner), own, matches)
    body = _zip(_files(context, request, owner, own, report))
    parents = tuple(parent for call in own for copy in call.copies for parent in copy.parents)
    shelf = Shelf(tenant=tenant, recording=None, call=None, on=request.received_on, request=request.id)
    kept = context.vault.keep(shelf, ArtifactKind.EXPORT, body, parents=parents)
    decide_export(context, owner, kept, place=request.place)
    copies = [copy for call in own for copy in call.copies]
    result: dict[str, int] = {
        "calls": len(own),
        "copies": sum(copy.withheld is None for copy in copies),
        "withheld": sum(copy.withheld is not None for copy in copies),
        "calls_of_others": report["mentions"]["calls_of_others"],
    }
    with context.vault.database.transaction(tenant) as tx:
        add_event(tx, AuditTag.SUBJECT_EXPORTED, actor=actor, target=request.id, facts={"artifact": kept.id, **result})
        move_request(tx, request, RequestState.ANSWERED, actor=actor, result=result, export_id=kept.id)
    return {**result, "artifact": kept.id}


def _lives(tx: Transaction, artifact: str) -> bool:
    try:
        get_artifact(tx, ArtifactId(artifact))
    except NotFound:
        return False
    return True


def _files(
    context: StepContext, request: SubjectRequest, owner: Tenant, own: Sequence[OwnCall], report: dict[str, Any]
) -> Iterator[tuple[str, bytes]]:
    yield "report.json", to_json(report)
    yield "report.html", write_html(report).encode()
    for call in own:
        for copy in call.copies:
            folder = f"copies/{copy.recording.id}"
            if copy.transcript is not None:
                yield f"{folder}/transcript.json", to_json(copy.transcript)
            if copy.audio is not None:
                yield f"{folder}/redacted.wav", copy.audio
            if request.kind is RequestKind.PORTABILITY and copy.withheld is None:
                vcon = write_vcon(_contents(call, copy, owner), made_at=context.clock.now())
                yield f"{folder}/call.vcon.json", to_json(vcon)


def _contents(own: OwnCall, copy: Copy, owner: Tenant) -> Contents:
    return Contents(
        recording=copy.recording.id,
        started_at=copy.recording.started_at or own.call.started_at,
        duration_s=copy.recording.duration_s,
        tenant_name=owner.display_name,
        audio=copy.audio,
        transcript=copy.transcript,
        other="requester" if own.role else "party",
    )


def _zip(files: Iterator[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files:
            archive.writestr(zipfile.ZipInfo(name, date_time=_LONG_AGO), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()
