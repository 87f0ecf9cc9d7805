from __future__ import annotations

from dataclasses import replace

from pipeline.intake.open_request import Ask, open_request
from pipeline.model.ids import CallId, RecordingId
from pipeline.model.subject import Identifier, IdentifierKind, RequestKind, SubjectDetails, Whose
from pipeline.policies.loader import load_bundle, load_law
from pipeline.redaction.person_terms import index_key, number_terms
from pipeline.store.blind_terms import BlindTerm, replace_terms, want
from pipeline.store.subject_person import find_requester, own_call_ids

NUMBERS = ("+6421234567", "+6427654321")


def test_a_person_is_found_by_what_was_shown_to_be_theirs_alone(database, keys, tenant):
    key = index_key(keys.digest_key(tenant.id))
    named = tuple(Identifier(kind=IdentifierKind.NUMBER, value=number) for number in NUMBERS)
    with database.transaction(tenant.id) as tx:
        for place, number in enumerate(NUMBERS):
            call = CallId(f"call_{place}")
            terms = number_terms(number, key=key)
            rows = [
                BlindTerm(term=t, kind=IdentifierKind.NUMBER, whose=Whose.OWN, call=call, recording=None) for t in terms
            ]
            replace_terms(tx, call, rows)
        ask = Ask(kind=RequestKind.ACCESS, details=SubjectDetails(identifiers=named), channel="cli")
        law = load_law().matrix
        made = open_request(tx, ask, bundle=load_bundle("nejix"), matrix=law, keys=keys, actor="test").request
        assert find_requester(tx, made, keys=keys) == ()
        (second,) = want([named[1]], key=key)
        proved = replace(made, verified_terms=tuple(second.sure))
        assert own_call_ids(find_requester(tx, proved, keys=keys)) == ("call_1",)
        both = replace(made, verified_terms=made.terms)
        assert set(own_call_ids(find_requester(tx, both, keys=keys))) == {"call_0", "call_1"}
        assert RecordingId("x") not in {m.recording for m in find_requester(tx, both, keys=keys)}
