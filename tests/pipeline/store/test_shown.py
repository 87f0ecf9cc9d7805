from __future__ import annotations

import pytest

from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import NotPermitted
from pipeline.model.retention import RetentionBasis
from pipeline.store.child_signals import add_child_signal
from pipeline.store.endings import Ending, add_ending
from pipeline.store.shown import check_for_people, check_not_ended
from pipeline.store.vault import Shelf
from tests.builders import a_call, a_recording


@pytest.fixture
def artifact(database, tenant, keys, vault):
    with database.transaction(tenant.id) as tx:
        recording = a_recording(tx, a_call(tx, keys))
    shelf = Shelf(tenant=tenant.id, recording=recording.id, call=recording.call, on=recording.noted_at.date())
    return vault.keep(shelf, ArtifactKind.TRANSCRIPT_REDACTED, b"{}")


def test_what_nothing_stands_against_may_be_shown(database, tenant, artifact):
    with database.transaction(tenant.id) as tx:
        check_not_ended(tx, artifact.recording, artifact)
        check_for_people(tx, artifact.recording, artifact)


@pytest.mark.parametrize("scope", ["recording", "call", "tenant"])
def test_what_ends_it_or_its_call_or_its_tenant_hides_it(database, tenant, artifact, scope):
    named = {"recording": artifact.recording, "call": artifact.call, "tenant": tenant.id}[scope]
    with database.transaction(tenant.id) as tx:
        cause = RetentionBasis.CLOSURE if scope == "tenant" else RetentionBasis.DELETION_REQUEST
        ending = Ending(scope_kind=scope, scope_id=named, cause=cause, source="x", ends_on=tx.now.date())
        add_ending(tx, ending, actor="test")
        with pytest.raises(NotPermitted, match="ended"):
            check_not_ended(tx, artifact.recording, artifact)


def test_a_child_that_was_noted_and_is_not_judged_yet_hides_it(database, tenant, artifact):
    with database.transaction(tenant.id) as tx:
        on = tx.now.date()
        add_child_signal(tx, ("recording", artifact.recording), sign="tenant_flag", age=9, on=on, actor="user:ada")
        with pytest.raises(NotPermitted, match="child"):
            check_for_people(tx, artifact.recording, artifact)
