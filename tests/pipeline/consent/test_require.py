from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.consent.require import FLOOR, ConsentMode, ConsentPlan, plan_consent
from pipeline.consent.resolve import CallResolution, LegResolution, resolve_call, resolve_leg
from pipeline.policies.jurisdictions import UNKNOWN, Token, in_order
from pipeline.policies.loader import load_law

LAW = load_law()
PLACES = [row.id for row in LAW.matrix.jurisdictions if row.id != "EU"]
MODES = list(ConsentMode)


def plan(*numbers: str, establishment: str | None = None, training: bool = False) -> ConsentPlan:
    legs = [resolve_leg(number, law=LAW, label=f"leg {i}") for i, number in enumerate(numbers)]
    call = resolve_call(legs, establishment=establishment)
    return plan_consent(call, law=LAW, training_wanted=training)


def at(*places: str) -> ConsentPlan:
    legs = tuple(LegResolution(label=place, number=None, candidates=(place,), how="given") for place in places)
    return plan_consent(CallResolution(legs=legs), law=LAW)


@pytest.mark.parametrize(
    ("places", "mode"),
    [
        (("US-NY",), ConsentMode.NOTICE_CONTINUE),
        (("NZ",), ConsentMode.NOTICE_CONTINUE),
        (("GB",), ConsentMode.NOTICE_CONTINUE),
        (("US-CA",), ConsentMode.NOTICE_BEFORE),
        (("AU-VIC",), ConsentMode.NOTICE_BEFORE),
        (("US-WA",), ConsentMode.NOTICE_INSIDE),
        (("US-CT",), ConsentMode.NOTICE_INSIDE),
        (("US-CA", "US-WA"), ConsentMode.NOTICE_INSIDE),
        (("DE",), ConsentMode.EXPLICIT_GATE),
        (("IN",), ConsentMode.EXPLICIT_GATE),
        (("US-WA", "DE"), ConsentMode.EXPLICIT_GATE),
        ((UNKNOWN,), ConsentMode.EXPLICIT_GATE),
        ((), ConsentMode.EXPLICIT_GATE),
    ],
)
def test_the_mode_follows_from_the_joined_tokens(places: tuple[str, ...], mode: ConsentMode) -> None:
    assert at(*places).mode is mode


@pytest.mark.acceptance(3)
def test_california_and_germany_give_b_a_t_l_and_r_comes_only_with_washington() -> None:
    assert "".join(plan("+14155550123", "+4930123456").tokens) == "NPOBATL"
    assert "".join(plan("+14155550123", "+4930123456", "+12065550123").tokens) == "NPOBRATL"


@pytest.mark.parametrize("number", ["+17378742833", "client:x", "sip:x@y", "+18005550199", ""])
@pytest.mark.acceptance(2)
def test_one_leg_that_could_be_anywhere_asks_for_everything(number: str) -> None:
    asked = plan("+12125550123", number)

    assert set(asked.tokens) == set(Token)
    assert not asked.accepts_speech


def test_training_is_its_own_question_and_only_when_it_is_wanted() -> None:
    assert plan("+12125550123", training=True).training_gate
    assert not plan("+12125550123").training_gate


def test_a_line_inside_the_recording_is_always_said() -> None:
    assert all(at(place).needs_inside_notice for place in PLACES)


def test_speech_is_enough_exactly_where_no_key_press_is_asked_for() -> None:
    for place in PLACES:
        assert at(place).accepts_speech == (Token.AFFIRMATIVE not in at(place).tokens)


@pytest.mark.parametrize(
    ("places", "locales", "unscripted"),
    [
        (("US-CA",), (), ()),
        (("DE",), ("de-DE",), ()),
        (("CA-QC",), ("fr-FR",), ()),
        (("US-PR",), ("es-ES",), ()),
        (("BR",), ("pt-PT",), ()),
        (("IE",), ("en-GB",), ()),
        (("CH",), ("de-DE", "fr-FR"), ()),
        (("DE", "FR"), ("de-DE", "fr-FR"), ()),
        (("IT",), (), ("IT",)),
        (("PL", "DE"), ("de-DE",), ("PL",)),
        ((UNKNOWN,), ("en-US",), ()),
        ((UNKNOWN, "DE"), ("en-US", "de-DE"), ()),
    ],
)
def test_where_a_law_asks_for_its_language_that_is_what_is_played(
    places: tuple[str, ...], locales: tuple[str, ...], unscripted: tuple[str, ...]
) -> None:
    planned = at(*places)

    assert (planned.locales, planned.unscripted) == (locales, unscripted)


def test_an_unknown_leg_hears_the_tenants_own_language() -> None:
    call = CallResolution(legs=(resolve_leg(None, law=LAW),))

    assert plan_consent(call, law=LAW, default_locale="en-NZ").locales == ("en-NZ",)


def test_every_token_is_explained_by_leg_place_citation_confidence_and_day() -> None:
    planned = plan("+14155550123", "+4930123456", "client:x", establishment="NZ")

    assert {c.token for c in planned.citations} == set(planned.tokens)
    assert all(c.leg and c.place and c.cite and c.conf and c.checked_on for c in planned.citations)
    pairs = {(c.leg, c.place) for c in planned.citations}
    expected = {
        (FLOOR, FLOOR), ("leg 0", "US-CA"), ("leg 0", "US"), ("leg 1", "DE"), ("leg 1", "EU"), ("leg 2", UNKNOWN),
        ("establishment", "NZ"),
    }  # fmt: skip
    assert pairs == expected


def test_citations_come_in_the_order_of_the_tokens() -> None:
    cited = [c.token for c in plan("+14155550123", "+4930123456").citations]

    assert list(dict.fromkeys(cited)) == list(in_order(cited))


legs = st.lists(st.sampled_from([*PLACES, UNKNOWN, "TH"]), min_size=1, max_size=3).map(
    lambda places: LegResolution(label="leg", number=None, candidates=tuple(places), how="given")
)


@settings(max_examples=60)
@given(
    before=st.lists(legs, max_size=3),
    more=legs,
    place=st.sampled_from([None, *PLACES, "XX"]),
    addresses=st.lists(st.sampled_from(PLACES), max_size=2),
)
def test_another_leg_or_place_never_loosens(
    before: list[LegResolution], more: LegResolution, place: str | None, addresses: list[str]
) -> None:
    small = plan_consent(CallResolution(legs=(*before, more)), law=LAW, training_wanted=True)
    one = CallResolution(legs=tuple(before or [more]))
    least = plan_consent(one, law=LAW, training_wanted=True)
    grown = CallResolution(legs=(*before, more), establishment=place, addresses=tuple(addresses))
    most = plan_consent(grown, law=LAW, training_wanted=True)

    for fewer, further in ((least, small), (small, most)):
        assert set(fewer.tokens) <= set(further.tokens)
        assert MODES.index(fewer.mode) <= MODES.index(further.mode)
        assert set(fewer.locales) <= set(further.locales)
        assert set(fewer.unscripted) <= set(further.unscripted)
        assert not (further.accepts_speech and not fewer.accepts_speech)
        assert further.training_gate >= fewer.training_gate


def grown(call: CallResolution, leg: LegResolution, place: str) -> list[CallResolution]:
    """The call with one thing more: a leg, a candidate of a leg, an establishment, an address."""
    first, *others = call.legs
    wider = replace(first, candidates=(*first.candidates, place))
    return [
        replace(call, legs=(*call.legs, leg)),
        replace(call, legs=(wider, *others)),
        replace(call, establishment=call.establishment or place),
        replace(call, addresses=(*call.addresses, place)),
    ]


@settings(max_examples=60)
@given(
    some=st.lists(legs, min_size=1, max_size=3),
    more=legs,
    place=st.sampled_from([*PLACES, UNKNOWN, "XX"]),
    training=st.booleans(),
)
def test_one_thing_more_never_removes_a_token_a_gate_a_language_or_a_citation(
    some: list[LegResolution], more: LegResolution, place: str, training: bool
) -> None:
    call = CallResolution(legs=tuple(some))
    before = plan_consent(call, law=LAW, training_wanted=training)
    for larger in grown(call, more, place):
        after = plan_consent(larger, law=LAW, training_wanted=training)
        assert set(before.tokens) <= set(after.tokens)
        assert MODES.index(before.mode) <= MODES.index(after.mode)
        assert after.training_gate >= before.training_gate
        assert before.accepts_speech or not after.accepts_speech
        assert set(before.locales) <= set(after.locales)
        assert set(before.unscripted) <= set(after.unscripted)
        assert set(before.citations) <= set(after.citations)


@settings(max_examples=60)
@given(some=st.lists(legs, min_size=1, max_size=4), data=st.data())
def test_in_which_order_and_how_often_legs_are_named_changes_no_demand(
    some: list[LegResolution], data: st.DataObject
) -> None:
    again = data.draw(st.permutations([*some, data.draw(st.sampled_from(some))]))
    one, other = (plan_consent(CallResolution(legs=tuple(order)), law=LAW) for order in (some, again))
    assert (one.tokens, one.mode, set(one.locales)) == (other.tokens, other.mode, set(other.locales))


@settings(max_examples=60)
@given(some=st.lists(legs, max_size=3), place=st.sampled_from([UNKNOWN, "TH", "XX"]))
def test_one_place_that_could_be_any_asks_for_everything(some: list[LegResolution], place: str) -> None:
    somewhere = LegResolution(label="leg", number=None, candidates=(place,), how="given")
    asked = plan_consent(CallResolution(legs=(*some, somewhere)), law=LAW)
    assert set(asked.tokens) == set(Token)
    assert asked.mode is ConsentMode.EXPLICIT_GATE
