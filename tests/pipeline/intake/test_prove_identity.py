from __future__ import annotations

import pytest

from pipeline.decisions.subject_requests import attest_identity
from pipeline.intake.open_request import Ask, open_request
from pipeline.intake.prove_identity import ask_for_proof, prove, withdraw_own_calls
from pipeline.model.call import Leg, LegRole
from pipeline.model.consent import Method, Outcome, standings
from pipeline.model.entity import EntityType
from pipeline.model.ids import CallId, LegId, new_id
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
from pipeline.redaction.person_terms import exact_terms, index_key, said_terms
from pipeline.store.audit import list_events
from pipeline.store.blind_terms import BlindTerm, replace_terms
from pipeline.store.call_progress import ref_of
from pipeline.store.calls import add_leg
from pipeline.store.consents import list_consents
from pipeline.store.subject_codes import add_code
from pipeline.store.subject_person import find_requester, own_call_ids
from pipeline.store.subject_requests import get_request
from tests.builders import a_call, answer
from tests.fakes import NotedQueue

K = IdentifierKind
NUMBER, MAIL = "+12125550100", "anna@example.com"
TYPES = {K.NUMBER: EntityType.PHONE_NUMBER, K.EMAIL: EntityType.EMAIL_ADDRESS}


def known(
    tx, keys, tenant, kind, value, *, whose=Whose.OWN, roles=(LegRole.CALLER,), country=None, without=()
) -> CallId:
    call = a_call(tx, keys, roles=roles)
    terms = said_terms(TYPES[kind], value, key=index_key(keys.digest_key(tenant.id)), country=country) - set(without)
    replace_terms(tx, call, [BlindTerm(term=t, kind=kind, whose=whose, call=call, recording=None) for t in terms])
    return call


def joined(tx, keys, call, role, number, *, ordinal=1) -> None:
    """A person joins with their number, and agrees."""
    ref = None if number is None else ref_of(tx, number, keys=keys)
    leg = Leg(
        id=LegId(new_id("leg")),
        call=call,
        role=role,
        leg_sid=None,
        number_ref=ref,
        candidates=("US-NY",),
        ordinal=ordinal,
    )
    add_leg(tx, leg)
    answer(tx, call, role=role, ordinal=ordinal)


def stands(tx, call) -> dict[tuple[str, int], set[tuple[Outcome, Method]]]:
    """Where each leg stands on what it had agreed to, and how that is known."""
    found: dict[tuple[str, int], set[tuple[Outcome, Method]]] = {}
    for one in standings(list_consents(tx, call)):
        found.setdefault((one.leg_role.value, one.ordinal), set()).add((one.outcome, one.method))
    return found


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


def test_another_spelling_of_the_same_address_or_number_gives_no_more_codes(database, keys, tenant):
    spelled = {
        K.EMAIL: [
            "anna.meier@example.com",
            "Anna.Meier@example.com",
            "anna.meier@EXAMPLE.com",
            "ANNA.MEIER@example.com",
        ],
        K.NUMBER: ["+6491234567", "+64091234567", "+6491234567", "+64091234567"],
    }
    for kind, written in spelled.items():
        with database.transaction(tenant.id) as tx:
            for value in dict.fromkeys(written):
                known(tx, keys, tenant, kind, value)
            made = [sent(tx, keys, asked(tx, keys, (kind, value))) for value in written]
            assert [code is not None for code in made] == [True, True, True, False]


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


AGREED = {(Outcome.GRANTED, Method.DTMF)}


def test_a_callee_takes_back_their_own_permission_and_nobody_elses(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        call = known(tx, keys, tenant, K.NUMBER, "+12125550177", roles=())
        joined(tx, keys, call, LegRole.CALLER, NUMBER)
        joined(tx, keys, call, LegRole.CALLEE, "+12125550101")
        joined(tx, keys, call, LegRole.CALLEE, "+12125550177", ordinal=2)
        request = asked(tx, keys, (K.NUMBER, "+12125550177"), kind=RequestKind.WITHDRAWAL)
        code = sent(tx, keys, request)
        assert prove(tx, request.id, code.code, keys=keys, queue=NotedQueue(), actor="page")
        assert stands(tx, call) == {
            ("caller", 1): AGREED,
            ("callee", 1): AGREED,
            ("callee", 2): {(Outcome.WITHDRAWN, Method.PRIOR_WRITTEN)},
        }


def test_who_is_known_by_what_they_said_alone_takes_back_what_may_be_theirs(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        call = known(tx, keys, tenant, K.EMAIL, MAIL, roles=())
        joined(tx, keys, call, LegRole.AGENT, None)
        joined(tx, keys, call, LegRole.CALLER, NUMBER)
        joined(tx, keys, call, LegRole.CALLEE, "+12125550101")
        request = asked(tx, keys, (K.EMAIL, MAIL), kind=RequestKind.WITHDRAWAL)
        attest_identity(tx, request.id, identity=Identity.OPERATOR, actor="user:1", reason="passport seen", keys=keys)
        withdraw_own_calls(tx, get_request(tx, request.id), keys=keys, queue=NotedQueue())
        told = {(Outcome.WITHDRAWN, Method.OPERATOR_ATTESTED)}
        assert stands(tx, call) == {("agent", 1): AGREED, ("caller", 1): told, ("callee", 1): told}


def test_a_call_of_which_no_leg_is_known_ends_all_the_same(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        call = known(tx, keys, tenant, K.NUMBER, NUMBER, roles=())
        request = asked(tx, keys, (K.NUMBER, NUMBER), kind=RequestKind.WITHDRAWAL)
        attest_identity(tx, request.id, identity=Identity.AGENT, actor="user:1", reason="authority seen", keys=keys)
        withdraw_own_calls(tx, get_request(tx, request.id), keys=keys, queue=NotedQueue())
        assert {outcome for found in stands(tx, call).values() for outcome, _ in found} == {Outcome.WITHDRAWN}


@pytest.mark.parametrize(
    ("said", "asks"),
    [
        ("anna@gmail.com", "anna@g-mail.com"),
        ("anna@gmail.com", "an.na@gmail.com"),
        ("anna@gmail.com", "anna@gmail.co.mm"),
        ("anna@gmail.com", "anna@gma.il.com"),
        ("anna at gmail dot com", "ann-a@gmail.com"),
    ],
)
def test_an_address_that_is_only_alike_gets_no_code_and_proves_nothing(database, keys, tenant, said, asks):
    with database.transaction(tenant.id) as tx:
        known(tx, keys, tenant, K.EMAIL, said)
        stranger = asked(tx, keys, (K.EMAIL, asks))
        assert sent(tx, keys, stranger) is None
        assert not own_call_ids(find_requester(tx, _attested(tx, keys, stranger), keys=keys))


def test_a_code_for_ones_own_address_proves_no_call_of_whoever_has_one_alike(database, keys, tenant):
    with database.transaction(tenant.id) as tx:
        mine = known(tx, keys, tenant, K.EMAIL, "anna@g-mail.com")
        known(tx, keys, tenant, K.EMAIL, "anna at gmail dot com")
        request = asked(tx, keys, (K.EMAIL, " anna@G-mail.com"), (K.EMAIL, "anna@gmail.com"))
        code = sent(tx, keys, request)
        assert code.to == "anna@g-mail.com"
        assert prove(tx, request.id, code.code, keys=keys, queue=NotedQueue(), actor="page")
        assert own_call_ids(find_requester(tx, get_request(tx, request.id), keys=keys)) == (mine,)


@pytest.mark.parametrize(
    ("said", "asks", "country", "is_theirs"),
    [
        ("212 555 0144", "+12125550144", "US", True),
        ("212 555 0144", "+642125550144", "US", False),
        ("212 555 0144", "+12125550144", None, False),
        ("+1 212 555 0144", "+12125550144", None, True),
    ],
)
def test_a_said_number_proves_somebody_of_its_own_country_alone(database, keys, tenant, said, asks, country, is_theirs):
    with database.transaction(tenant.id) as tx:
        known(tx, keys, tenant, K.NUMBER, said, country=country)
        request = asked(tx, keys, (K.NUMBER, asks))
        assert (sent(tx, keys, request) is not None) is is_theirs
        assert bool(own_call_ids(find_requester(tx, _attested(tx, keys, request), keys=keys))) is is_theirs


def test_what_was_indexed_without_exact_digests_proves_nothing(database, keys, tenant):
    key = index_key(keys.digest_key(tenant.id))
    with database.transaction(tenant.id) as tx:
        for kind, value in ((K.NUMBER, NUMBER), (K.EMAIL, MAIL)):
            exact = exact_terms(Identifier(kind=kind, value=value), key=key)
            known(tx, keys, tenant, kind, value, without=exact)
            request = asked(tx, keys, (kind, value))
            assert sent(tx, keys, request) is None
            code = add_code(tx, request.id, min(set(request.terms) - exact), keys=keys)
            assert not prove(tx, request.id, code, keys=keys, queue=NotedQueue(), actor="page")


def _attested(tx, keys, request):
    return attest_identity(
        tx, request.id, identity=Identity.OPERATOR, actor="user:1", reason="passport seen", keys=keys
    )
