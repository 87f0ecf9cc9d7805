from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.decisions.holds import place
from pipeline.model.artifact import ArtifactKind as K
from pipeline.model.ids import TenantId
from pipeline.steps.context import shelf_of
from pipeline.steps.keep_beyond import NO_LONGER_THAN, keep_beyond, kept_context
from pipeline.store.closures import closed_key, matter_key
from pipeline.store.seal import open_sealed
from tests.disposal import lies


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
