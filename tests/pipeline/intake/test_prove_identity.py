from __future__ import annotations

import pytest

from pipeline.intake.open_request import Ask, open_request
from pipeline.intake.prove_identity import ask_for_proof, prove, withdraw_own_calls
from pipeline.model.entity import EntityType
from pipeline.model.ids import CallId
from pipeline.model.subject import (
    Identifier,
    IdentifierKind,
    Identity,
    RequestKind,
    RequestState,
    SubjectDetails,
    Whose,
)
from pipeline.policies.loader import load_bundle, load_law
from pipeline.redaction.person_terms import index_key, said_terms
from pipeline.store.audit import list_events
from pipeline.store.blind_terms import BlindTerm, replace_terms
from pipeline.store.subject_requests import get_request
from tests.builders import a_call
from tests.fakes import NotedQueue

K = IdentifierKind
NUMBER, MAIL = "+12125550100", "anna@example.com"
TYPES = {K.NUMBER: EntityType.PHONE_NUMBER, K.EMAIL: EntityType.EMAIL_ADDRESS}


def known(tx, keys, tenant, kind, value, *, whose=Whose.OWN) -> CallId:
    call = a_call(tx, keys)
    terms = said_terms(TYPES[kind], value, key=index_key(keys.digest_key(tenant.id)))
    replace_terms(tx, call, [BlindTerm(term=t, kind=kind, whose=whose, call=call, recording=None) for t in terms])
    return call


def asked(tx, keys, *named, kind=RequestKind.ACCESS):
    identifiers = tuple(Identifier(kind=k, value=v) for k, v in named)
    ask = Ask(kind=kind, details=SubjectDetails(identifiers=identifiers), channel="page")
    law = load_law().matrix
    return open_request(tx, ask, bundle=load_bundle("nejix"), matrix=law, keys=keys, actor="test").request


def sent(tx, keys, request, reaches=(K.NUMBER, K.EMAIL)):
    return ask_for_proof(tx, request.id, keys=keys, reaches=reaches, actor="page")


@pytest.mark.parametrize(("kind", "value"), [(K.NUMBER, NUMBER), (K.EMAIL, MAIL)])
def test_a_code_goes_to_the_number_or_address_on_record_and_proves_it(database, keys, tenant, kind, value):
    with database.transaction(tenant.id) as tx:
        known(tx, keys, tenant, kind, value)
        request = asked(tx, keys, (kind, value), (K.NAME, "Anna Meier"))
        code = sent(tx, keys, request)
        assert (code.kind, code.to) == (kind, value)
        assert value not in repr(code)
        assert code.code not in repr(code)
        assert get_request(tx, request.id).state is RequestState.IDENTITY_ASKED
        assert not prove(tx, request.id, "000000x", keys=keys, queue=NotedQueue(), actor="page")
        assert prove(tx, request.id, f" {code.code} ", keys=keys, queue=NotedQueue(), actor="page")
        found = get_request(tx, request.id)
        assert (found.state, found.identity) == (RequestState.VERIFIED, Identity.CODE)
        assert found.verified_terms
        assert set(found.verified_terms) < set(found.terms)
        assert sent(tx, keys, request) is None
        assert code.code not in "".join(str(e.entry.facts) for e in list_events(tx))


def test_no_code_goes_where_nothing_is_on_record_or_nothing_reaches_and_the_request_says_the_same(
    database, keys, tenant
):
    with database.transaction(tenant.id) as tx:
        unknown = asked(tx, keys, (K.NUMBER, "+12125559999"))
        assert sent(tx, keys, unknown) is None
        known(tx, keys, tenant, K.NUMBER, "+12125557777", whose=Whose.OTHERS)
        assert sent(tx, keys, asked(tx, keys, (K.NUMBER, "+12125557777"))) is None
        known(tx, keys, tenant, K.EMAIL, MAIL)
        assert sent(tx, keys, asked(tx, keys, (K.EMAIL, MAIL)), reaches=(K.NUMBER,)) is None
        assert get_request(tx, unknown.id).state is RequestState.IDENTITY_ASKED
        assert not prove(tx, unknown.id, "123456", keys=keys, queue=NotedQueue(), actor="page")


def test_no_more_than_three_codes_an_hour_go_to_one_person(database, keys, tenant, clock):
    with database.transaction(tenant.id) as tx:
        known(tx, keys, tenant, K.NUMBER, NUMBER)
        made = [sent(tx, keys, asked(tx, keys, (K.NUMBER, NUMBER))) for _ in range(4)]
        assert [code is not None for code in made] == [True, True, True, False]
    clock.move(hours=1)
    with database.transaction(tenant.id) as tx:
        assert sent(tx, keys, asked(tx, keys, (K.NUMBER, NUMBER))) is not None


def test_a_withdrawal_takes_effect_with_its_proof(database, keys, tenant):
    queue = NotedQueue()
    with database.transaction(tenant.id) as tx:
        call = known(tx, keys, tenant, K.NUMBER, NUMBER)
        request = asked(tx, keys, (K.NUMBER, NUMBER), kind=RequestKind.WITHDRAWAL)
        code = sent(tx, keys, request)
        assert prove(tx, request.id, code.code, keys=keys, queue=queue, actor="page")
        tags = [e.entry.tag for e in list_events(tx, target=call)]
        assert "call:consent:noted" in tags
        again = withdraw_own_calls(tx, get_request(tx, request.id), keys=keys, queue=queue)
        assert again == [call]
        assert [e.entry.tag for e in list_events(tx, target=call)].count("call:consent:noted") == tags.count(
            "call:consent:noted"
        )
