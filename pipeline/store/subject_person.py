"""Where the person of a request is, by what was shown to be theirs."""

from __future__ import annotations

from pipeline.model.call import Leg, LegRole
from pipeline.model.ids import CallId, RecordingId
from pipeline.model.subject import IdentifierKind, PersonMatch, Strength, SubjectRequest, Whose
from pipeline.ports.keys import Keys
from pipeline.redaction.exact_form import asked_form
from pipeline.redaction.person_terms import exact_terms, index_key
from pipeline.store.blind_terms import find_person, want
from pipeline.store.calls import list_legs, number_ref
from pipeline.store.recordings import get_recording
from pipeline.store.session import Transaction
from pipeline.store.subject_requests import read_details


def find_requester(tx: Transaction, request: SubjectRequest, *, keys: Keys) -> tuple[PersonMatch, ...]:
    """Find the person over all calls by those of their identifiers that were shown to be theirs."""
    details = read_details(tx, request.id, keys=keys)
    wanted = want(details.identifiers, key=index_key(keys.digest_key(tx.tenant)))
    verified = frozenset(request.verified_terms)
    return find_person(tx, [one.only(verified) for one in wanted])


def is_requester_in(tx: Transaction, request: SubjectRequest, recording: RecordingId, *, keys: Keys) -> bool:
    """Say whether the person was found in a recording, or in its call.

    Raises:
        NotFound: the tenant has no such recording.
    """
    call, matches = get_recording(tx, recording).call, find_requester(tx, request, keys=keys)
    return any(m.recording == recording or (m.recording is None and m.call == call) for m in matches)


def own_call_ids(matches: tuple[PersonMatch, ...]) -> tuple[CallId, ...]:
    """Give the calls that surely are the person's own, each once."""
    own = (m.call for m in matches if m.whose is Whose.OWN and m.strength is Strength.STRONG)
    return tuple(dict.fromkeys(call for call in own if call is not None))


def own_legs(tx: Transaction, request: SubjectRequest, call: CallId, *, keys: Keys) -> tuple[Leg, ...]:
    """List the legs of one of the person's own calls that are theirs, by the numbers that were shown to be theirs.

    Where no number says which leg it is, as with somebody who is found by what they said, it may be any person's.
    """
    key, verified = index_key(keys.digest_key(tx.tenant)), frozenset(request.verified_terms)
    named = [one for one in read_details(tx, request.id, keys=keys).identifiers if one.kind is IdentifierKind.NUMBER]
    shown = [asked_form(one) for one in named if exact_terms(one, key=key) & verified]
    theirs = {number_ref(number, keys=keys, tenant=tx.tenant) for number in shown if number}
    people = tuple(leg for leg in list_legs(tx, call) if leg.role is not LegRole.AGENT)
    return tuple(leg for leg in people if leg.number_ref in theirs) or people
