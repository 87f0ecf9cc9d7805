from __future__ import annotations

from datetime import date, timedelta

import pytest

from pipeline.decisions.holds import place
from pipeline.model.artifact import ArtifactKind as K
from pipeline.model.ids import TenantId
from pipeline.steps.context import shelf_of
from pipeline.steps.keep_beyond import HOUSE_OWNER, NO_LONGER_THAN, keep_beyond, kept_context
from pipeline.store.closures import closed_key, matter_key
from pipeline.store.seal import open_sealed
from pipeline.store.vault import Shelf
from tests.disposal import lies
from tests.pipeline.reads.test_told_holds import untold


@pytest.fixture
def recording(line):
    return line.record()


def opened(line, kept, kind) -> bytes:
    sealed = line.context.vault.objects.get(kept.kept_key)
    bound = kept_context(kind, kept.kept_key)
    return open_sealed(sealed, keys=line.context.vault.keys, tenant=TenantId(kept.key_name), context=bound)


def test_proof_goes_under_the_closed_accounts_key_with_an_end_and_its_old_object_goes(line, recording, clock):
    made = line.context.vault.keep(shelf_of(recording), K.CONSENT_RECEIPT, b"proof")
    kept = keep_beyond(line.context, line.owner.id, made)
    assert (kept.key_name, kept.why) == (closed_key("acme"), "audit")
    assert kept.expires_on <= clock.now().date() + NO_LONGER_THAN + timedelta(days=0)
    assert opened(line, kept, K.CONSENT_RECEIPT) == b"proof"
    assert lies(line, "tenants/") == []
    assert keep_beyond(line.context, line.owner.id, made) == kept


def test_what_is_held_goes_under_its_matters_key_and_is_held_there_too(line, recording):
    made = line.context.vault.keep(shelf_of(recording), K.SUMMARY, b"words")
    with line.tx() as tx:
        place(tx, line.context.vault, matter="m-1", scope=("call", recording.call), actor="user:c", reason="r")
    kept = keep_beyond(line.context, line.owner.id, made)
    assert (kept.key_name, kept.owner, kept.expires_on) == (matter_key("acme", "m-1"), "user:c", None)
    assert opened(line, kept, K.SUMMARY) == b"words"
    assert line.context.vault.objects.read_lock(kept.kept_key).is_held
    assert lies(line, "tenants/") == [made.object_key]


def test_what_was_made_of_held_things_is_kept_for_their_hold_too(line, recording):
    made = line.context.vault.keep(shelf_of(recording), K.SUMMARY, b"words")
    shelf = Shelf(tenant=line.owner.id, recording=None, call=None, on=date(2026, 11, 21), request="dsr_1")
    export = line.context.vault.keep(shelf, K.EXPORT, b"zip", parents=(made.id,))
    with line.tx() as tx:
        place(tx, line.context.vault, matter="m-1", scope=("recording", recording.id), actor="user:c", reason="r")
    kept = keep_beyond(line.context, line.owner.id, export)
    assert (kept.key_name, kept.why) == (matter_key("acme", "m-1"), "hold")
    assert line.context.vault.objects.read_lock(kept.kept_key).is_held


def test_a_matter_of_which_the_tenant_may_not_know_yet_is_not_named_beside_its_copy(line, recording, database, clock):
    made = line.context.vault.keep(shelf_of(recording), K.SUMMARY, b"words")
    demand = untold(line, recording, database, clock)
    kept = keep_beyond(line.context, line.owner.id, made)
    assert (kept.why, kept.statute, kept.owner) == ("hold", "legal hold", HOUSE_OWNER)
    assert kept.key_name == matter_key("acme", demand)
    assert line.context.vault.objects.read_lock(kept.kept_key).is_held
    assert demand not in str(line.events("artifact:artifact:rewrapped"))
