from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from pipeline.decisions.legal import Approval, approve_request, close_request, notify_tenant, open_request
from pipeline.model.artifact import ArtifactKind as K
from pipeline.model.errors import IllegalTransition, InvalidInput, NotFound, NotPermitted
from pipeline.model.legal import LegalDemand, LegalKind, LegalOutcome, LegalWords
from pipeline.store.audit import list_events
from pipeline.store.holds import list_holds_on
from pipeline.store.tenant_notices import list_notices
from tests.builders import a_recording, a_shelf

ADA, COUNSEL = "user:ada", "user:counsel"
WORDS = LegalWords(reference="canary 26-cv-17", authority="canary court", statute="18 U.S.C. 2703(d)", notes="n")


class Case:
    """A recording with its artifacts, and a demand for it."""

    def __init__(self, vault, tenant, clock) -> None:
        self.vault, self.tenant, self.clock = vault, tenant, clock
        with self.tx() as tx:
            self.recording, self.other = a_recording(tx, None), a_recording(tx, None)
        self.redacted, self.original, self.summary = (
            vault.keep(a_shelf(self.recording), kind, b"{}").id
            for kind in (K.TRANSCRIPT_REDACTED, K.TRANSCRIPT_ORIGINAL, K.SUMMARY)
        )
        self.foreign = vault.keep(a_shelf(self.other), K.TRANSCRIPT_REDACTED, b"{}").id

    def tx(self):
        return self.vault.database.transaction(self.tenant.id)

    @property
    def today(self) -> date:
        return self.clock.now().date()

    def demand(self, kind: LegalKind = LegalKind.PROCESS, **changes) -> LegalDemand:
        scope = (("recording", self.recording.id),)
        made = LegalDemand(kind=kind, received_on=self.today, scope=scope, words=WORDS)
        return replace(made, **changes)

    def open(self, demand: LegalDemand | None = None, *, has_hold: bool = False) -> str:
        with self.tx() as tx:
            return open_request(tx, self.vault, demand or self.demand(), has_hold=has_hold, actor=ADA).id

    def approve(self, request: str, *artifacts: str, actor: str = COUNSEL, **given):
        with self.tx() as tx:
            approval = Approval(artifacts=artifacts or (self.redacted,), **given)
            return approve_request(tx, request, approval, keys=self.vault.keys, actor=actor)

    def close(self, request: str, outcome: LegalOutcome = LegalOutcome.REFUSED, reason: str = "too broad"):
        with self.tx() as tx:
            return close_request(tx, request, outcome=outcome, reason=reason, keys=self.vault.keys, actor=COUNSEL)

    def notify(self, request: str):
        with self.tx() as tx:
            return notify_tenant(tx, request, keys=self.vault.keys, actor=COUNSEL)

    def told(self) -> list[tuple[str, str, str]]:
        with self.tx() as tx:
            return [(n.kind.value, n.subject_id, n.cause) for n in list_notices(tx)]


@pytest.fixture
def case(vault, tenant, clock) -> Case:
    return Case(vault, tenant, clock)


@pytest.mark.clause("nejix", "3", "respond to a valid legal process")
@pytest.mark.clause("nejix", "3", "if we believe in good faith")
@pytest.mark.clause("connekz", "3", "For legal reasons, safety, or business transfers")
@pytest.mark.parametrize("kind", LegalKind)
def test_whoever_took_it_in_does_not_approve_it_and_the_tenant_is_told_when_another_does(case, kind):
    request = case.open(case.demand(kind))
    with pytest.raises(NotPermitted):
        case.approve(request, actor=ADA)
    assert case.told() == []
    found = case.approve(request)
    assert (found.state, found.artifacts) == ("approved", (case.redacted,))
    assert case.told() == [("request", request, kind.value)]
    with pytest.raises(IllegalTransition):
        case.approve(request)


@pytest.mark.clause("nejix", "3", "respond to a valid legal process")
def test_an_order_that_bars_the_notice_is_recorded_and_the_tenant_is_told_after_it(case, clock):
    request = case.open()
    until = case.today + timedelta(days=30)
    case.approve(request, barred_until=until, order="canary order 9")
    with pytest.raises(NotPermitted, match="forbids"):
        case.notify(request)
    clock.move(days=30)
    with pytest.raises(NotPermitted):
        case.notify(request)
    assert case.told() == []
    clock.move(days=1)
    found = case.notify(request)
    assert (found.notice_barred_until, found.steps[0].words) == (until, "canary order 9")
    assert case.told() == [("request", request, "process")]
    with pytest.raises(IllegalTransition):
        case.notify(request)


@pytest.mark.clause("nejix", "3", "respond to a valid legal process")
@pytest.mark.parametrize(
    ("which", "given", "error"),
    [
        ("original", {}, NotPermitted),
        ("foreign", {}, NotPermitted),
        ("summary", {"orders_originals": True}, NotPermitted),
        ("none", {}, NotFound),
        ("redacted", {"order": "an order"}, InvalidInput),
        ("redacted", {"barred_until": date(2030, 1, 1)}, InvalidInput),
        ("redacted", {"barred_until": date(2020, 1, 1), "order": "an order"}, InvalidInput),
    ],
)
def test_nothing_but_what_is_covered_and_redacted_is_approved_unless_originals_are_ordered(case, which, given, error):
    request = case.open()
    with pytest.raises(error):
        case.approve(request, getattr(case, which, "art_none"), **given)
    assert case.approve(request, case.original, orders_originals=True).artifacts == (case.original,)


def test_counsel_names_what_is_disclosed(case):
    request = case.open()
    with pytest.raises(InvalidInput), case.tx() as tx:
        approve_request(tx, request, Approval(artifacts=()), keys=case.vault.keys, actor=COUNSEL)


@pytest.mark.clause("nejix", "3", "respond to a valid legal process")
def test_what_it_covers_is_held_where_that_is_asked_for(case):
    case.open()
    with case.tx() as tx:
        assert list_holds_on(tx, recording=case.recording.id) == ()
    request = case.open(has_hold=True)
    with case.tx() as tx:
        assert [h.matter for h in list_holds_on(tx, recording=case.recording.id)] == [request]
    case.close(request)
    with case.tx() as tx:
        assert len(list_holds_on(tx, recording=case.recording.id)) == 1


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"scope": ()}, InvalidInput),
        ({"scope": (("tenant", "acme"),)}, InvalidInput),
        ({"scope": (("recording", "rec_none"),)}, NotFound),
        ({"scope": (("call", "call_none"),)}, NotFound),
        ({"received_on": date(2030, 1, 1)}, InvalidInput),
        ({"words": replace(WORDS, reference=" ")}, InvalidInput),
        ({"words": replace(WORDS, authority="")}, InvalidInput),
        ({"words": replace(WORDS, statute="s" * 3000)}, InvalidInput),
    ],
)
def test_a_request_that_names_no_law_or_covers_everything_is_not_taken_in(case, changes, error):
    with pytest.raises(error):
        case.open(case.demand(**changes))


def test_a_request_is_closed_once_with_a_reason_and_answered_by_an_export_alone(case):
    request = case.open()
    with pytest.raises(InvalidInput):
        case.close(request, reason=" ")
    with pytest.raises(IllegalTransition):
        case.close(request, LegalOutcome.ANSWERED)
    assert case.close(request).state == "closed"
    with pytest.raises(IllegalTransition):
        case.close(request)
    with pytest.raises(IllegalTransition):
        case.approve(request)


def test_every_act_is_audited_and_no_word_of_it_stands_in_the_clear(case, postgres, database_name):
    request = case.open()
    case.approve(request, barred_until=case.today, order="canary order")
    case.close(request, LegalOutcome.WITHDRAWN, reason="canary reason")
    with case.tx() as tx:
        events = [(e.entry.tag, e.entry.actor) for e in list_events(tx, target=request)]
        rows = [tx.connection.exec_driver_sql(f"select t::text from earmark.{name} t").all()
                for name in ("legal_requests", "legal_acts", "audit_events", "notices_to_tenant")]  # fmt: skip
    assert events == [
        ("legal:request:opened", ADA),
        ("legal:request:approved", COUNSEL),
        ("legal:request:closed", COUNSEL),
    ]
    assert request in str(rows)
    assert "canary" not in str(rows)
    assert b"canary".hex() not in str(rows)
