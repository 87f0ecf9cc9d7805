from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from pipeline.model.call import LegRole
from pipeline.model.errors import NotFound
from pipeline.model.ids import new_id
from pipeline.model.other_purpose import EvidenceKind, PurposeConsent
from pipeline.store.purpose_consents import (
    add_purpose_consent,
    add_purpose_revocation,
    get_purpose_consent,
    list_purpose_consents,
)
from tests.conftest import make_tenant


def a_consent(purpose: str = "quality_study", scope: tuple[str, str] = ("call", "call_1")) -> PurposeConsent:
    return PurposeConsent(
        id=new_id("pcs"), purpose=purpose, scope_kind=scope[0], scope_id=scope[1], leg_role=LegRole.CALLER, ordinal=1,
        evidence_kind=EvidenceKind.WRITING, evidence_sha256="a" * 64, given_on=date(2026, 11, 20),
    )  # fmt: skip


def test_consents_are_listed_by_purpose_and_scope_and_taken_back_once(database, tenant, clock):
    made = [a_consent(), a_consent("another"), a_consent(scope=("party", "f" * 64))]
    with database.transaction(tenant.id) as tx:
        for consent in made:
            add_purpose_consent(tx, consent, actor="cli")
        assert get_purpose_consent(tx, made[0].id).noted_at == clock.now()
        of_call = list_purpose_consents(tx, purpose="quality_study", scopes={("call", "call_1")})
        assert [c.id for c in of_call] == [made[0].id]
        assert {c.id for c in list_purpose_consents(tx)} == {c.id for c in made}
        assert list_purpose_consents(tx, scopes=()) == ()
        assert [add_purpose_revocation(tx, made[0].id, actor="cli") for _ in range(2)] == [True, False]
        assert get_purpose_consent(tx, made[0].id).revoked_at == clock.now()


def test_consents_belong_to_their_tenant_and_are_never_changed(database, tenant, keys):
    other, made = make_tenant(database, keys, "other"), a_consent()
    with database.transaction(tenant.id) as tx:
        add_purpose_consent(tx, made, actor="cli")
    with database.transaction(other.id) as tx:
        assert list_purpose_consents(tx) == ()
        with pytest.raises(NotFound):
            get_purpose_consent(tx, made.id)
    for table in ("purpose_consents", "purpose_revocations"):
        with pytest.raises(ProgrammingError, match="permission denied"), database.transaction(tenant.id) as tx:
            tx.connection.execute(text(f"delete from earmark.{table}"))
