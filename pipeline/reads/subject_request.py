"""A request as the tenant's people see it: where it stands, where its person is found, and, audited, who asks."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.model.audit import AuditTag
from pipeline.model.subject import PersonMatch, SubjectRequest
from pipeline.ports.keys import Keys
from pipeline.redaction.person_terms import index_key
from pipeline.store.audit import Facts, add_event
from pipeline.store.blind_terms import find_person, want
from pipeline.store.session import Transaction
from pipeline.store.subject_requests import RequestEvent, get_request, list_acts, read_details
from pipeline.store.subject_words import ATTESTED, CLOSED, REASONED, REFUSED, read_words


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRequest:
    """A request with what belongs to it. `opened` says who asks; None where that was not asked for."""

    request: SubjectRequest
    acts: tuple[RequestEvent, ...]
    found: tuple[PersonMatch, ...]
    opened: dict[str, object] | None = field(default=None, repr=False)


def read_request(
    tx: Transaction, request_id: str, *, keys: Keys, actor: str, with_details: bool = False
) -> ReadRequest:
    """Read a request, and look for its person in every call.

    Raises:
        NotFound: the tenant has no such request.
    """
    request = get_request(tx, request_id)
    details = read_details(tx, request_id, keys=keys)
    opened: dict[str, object] | None = None
    if with_details:
        facts: Facts = {"kind": "subject.request"}
        add_event(tx, AuditTag.ARTIFACT_READ, actor=actor, target=request_id, facts=facts)
        opened = {
            "identifiers": [f"{one.kind}: {one.value}" for one in details.identifiers],
            "note": details.note,
            "agent": details.agent,
            "reasons": list(read_words(tx, request_id, REASONED, keys=keys)),
        }
        for act in (ATTESTED, REFUSED, CLOSED):
            if words := read_words(tx, request_id, act, keys=keys):
                opened[act] = list(words)
    wanted = want(details.identifiers, key=index_key(keys.digest_key(tx.tenant)))
    return ReadRequest(request=request, acts=list_acts(tx, request_id), found=find_person(tx, wanted), opened=opened)
