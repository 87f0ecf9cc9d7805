from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.decisions.access import AccessAsk, grant_access, revoke_access
from pipeline.model.access import AccessPurpose
from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import IllegalTransition, InvalidInput, NotFound, NotPermitted
from pipeline.policies.decide import decide
from pipeline.policies.loader import load_bundle, load_matrix
from pipeline.steps.gather_facts import gather
from pipeline.store.audit import list_events
from tests.builders import a_call, a_recording, an_artifact_row

BOSS = "user:boss"


@pytest.fixture
def recording(database, tenant):
    with database.transaction(tenant.id) as tx:
        return a_recording(tx, None)


@pytest.fixture
def ask(recording) -> AccessAsk:
    return AccessAsk(
        who="user:ada", purpose=AccessPurpose.FRAUD, scope=("recording", recording.id), lasts=timedelta(hours=24),
        reason="canary reason",
    )  # fmt: skip


@pytest.mark.clause("nejix", "2", "Monitor for fraud, abuse, and security incidents")
def test_a_grant_has_a_purpose_an_end_and_a_log_entry(database, tenant, keys, ask, clock):
    with database.transaction(tenant.id) as tx:
        grant = grant_access(tx, ask, keys=keys, actor=BOSS)
        (event,) = list_events(tx, target=grant.id)
    assert (grant.starts_at, grant.ends_at) == (clock.now(), clock.now() + timedelta(hours=24))
    assert (event.entry.tag, event.entry.actor) == ("access:grant:given", BOSS)
    assert event.entry.facts["purpose"] == "fraud"
    assert "canary" not in str(event)


@pytest.mark.clause("nejix", "2", "Monitor for fraud, abuse, and security incidents")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"lasts": timedelta(hours=24, seconds=1)}, InvalidInput),
        ({"lasts": timedelta(0)}, InvalidInput),
        ({"lasts": timedelta(hours=-1)}, InvalidInput),
        ({"reason": " "}, InvalidInput),
        ({"who": ""}, InvalidInput),
        ({"scope": ("tenant", "acme")}, InvalidInput),
        ({"scope": ("recording", "rec_none")}, NotFound),
        ({"scope": ("call", "call_none")}, NotFound),
        ({"who": BOSS}, NotPermitted),
    ],
)
def test_what_has_no_end_no_reason_or_covers_everything_is_not_granted(database, tenant, keys, ask, changes, error):
    with pytest.raises(error), database.transaction(tenant.id) as tx:
        grant_access(tx, replace(ask, **changes), keys=keys, actor=BOSS)


def test_a_grant_may_begin_later_and_not_in_the_past(database, tenant, keys, ask, clock):
    with database.transaction(tenant.id) as tx:
        call = a_call(tx, keys)
        later = replace(ask, scope=("call", call), starts_at=clock.now() + timedelta(hours=2))
        assert not grant_access(tx, later, keys=keys, actor=BOSS).is_in_force(tx.now)
        with pytest.raises(InvalidInput):
            grant_access(tx, replace(ask, starts_at=clock.now() - timedelta(hours=2)), keys=keys, actor=BOSS)


def test_a_grant_is_revoked_once_and_not_after_its_end(database, tenant, keys, ask, clock):
    with database.transaction(tenant.id) as tx:
        first, second = (grant_access(tx, ask, keys=keys, actor=BOSS).id for _ in range(2))
        revoke_access(tx, first, actor="user:ada")
        with pytest.raises(IllegalTransition):
            revoke_access(tx, first, actor=BOSS)
        assert [e.entry.tag for e in list_events(tx, target=first)][-1] == "access:grant:revoked"
        with pytest.raises(NotFound):
            revoke_access(tx, "acc_none", actor=BOSS)
    clock.move(hours=24)
    with pytest.raises(IllegalTransition), database.transaction(tenant.id) as tx:
        revoke_access(tx, second, actor=BOSS)


@pytest.mark.clause("nejix", "2", "Monitor for fraud, abuse, and security incidents")
@pytest.mark.parametrize("kind", [ArtifactKind.RECORDING_ORIGINAL, ArtifactKind.TRANSCRIPT_REDACTED])
def test_a_grant_is_no_reason_to_keep_anything(database, tenant, keys, ask, recording, kind):
    with database.transaction(tenant.id) as tx:
        artifact = an_artifact_row(tx, recording, kind)
        judged = []
        for purpose in (None, *AccessPurpose):
            if purpose is not None:
                grant_access(tx, replace(ask, purpose=purpose), keys=keys, actor=BOSS)
            judged.append(decide(gather(tx, recording, tenant, artifact), load_bundle("nejix"), load_matrix()))
    assert {record.digest for record in judged} == {judged[0].digest}
    assert {record.retention for record in judged} == {judged[0].retention}
