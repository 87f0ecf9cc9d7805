from __future__ import annotations

import io
import zipfile

import pytest

from pipeline.decisions.legal import Approval, approve_request, notify_tenant, open_request
from pipeline.model.artifact import ArtifactKind as K
from pipeline.model.errors import IllegalTransition, NotFound, NotPermitted
from pipeline.model.legal import LegalDemand, LegalKind, LegalWords
from pipeline.reads.legal_demands import export_demand, get_demand, list_demands, read_demand
from pipeline.reads.legal_export import CUSTODY, check_custody
from pipeline.store.artifacts import list_artifacts
from pipeline.store.session import Database
from tests.disposal import a_whole_recording

WORDS = LegalWords(reference="26-cv-17", authority="a court", statute="18 U.S.C. 2703(d)")


def opened(line, recording, tx) -> str:
    scope = (("recording", recording.id),)
    demand = LegalDemand(kind=LegalKind.PROCESS, received_on=tx.now.date(), scope=scope, words=WORDS)
    return open_request(tx, line.context.vault, demand, has_hold=False, actor="user:ada").id


def approved(line, demand: str, *kinds: K, tx, **more) -> None:
    sheet = read_demand(tx, demand, keys=line.context.vault.keys)
    chosen = tuple(one.id for one in sheet.offered if one.kind in kinds)
    given = Approval(artifacts=chosen, **more)
    approve_request(tx, demand, given, keys=line.context.vault.keys, actor="user:bob")


def test_what_is_approved_is_handed_out_with_its_custody_file_and_no_original_is(line):
    recording, vault, tenant = a_whole_recording(line), line.context.vault, line.owner.id
    with line.tx() as tx:
        demand = opened(line, recording, tx)
    with pytest.raises(IllegalTransition):
        export_demand(vault, tenant, demand, actor="user:ada")
    with line.tx() as tx:
        kinds = [one.kind for one in read_demand(tx, demand, keys=vault.keys).offered]
        assert (kinds[0], kinds[-1]) == (K.RECORDING_REDACTED, K.TRANSCRIPT_ORIGINAL)
        approved(line, demand, K.TRANSCRIPT_REDACTED, tx=tx)
    with zipfile.ZipFile(io.BytesIO(export_demand(vault, tenant, demand, actor="user:ada"))) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    assert (len(files), CUSTODY in files, check_custody(files)["exported_by"]) == (2, True, "user:ada")
    with line.tx() as tx:
        second = opened(line, recording, tx)
        approved(line, second, K.TRANSCRIPT_ORIGINAL, tx=tx, orders_originals=True)
    with pytest.raises(NotPermitted, match="earmark legal export alone"):
        export_demand(vault, tenant, second, actor="user:ada")


def test_what_an_order_forbids_to_tell_is_not_there_until_it_was_told(line, database, clock):
    recording, keys = line.record(), line.context.vault.keys
    line.through(recording, "settle_consent", "capture")
    desk = Database(database.engine.url.render_as_string(hide_password=False), clock=clock, via="os:root")
    with desk.transaction(line.owner.id) as tx:
        demand = opened(line, recording, tx)
    with line.tx() as tx:
        assert list_demands(tx, keys=keys) == ()
        with pytest.raises(NotFound):
            get_demand(tx, demand, keys=keys)
        whole = Approval(
            artifacts=(list_artifacts(tx, recording=recording.id)[0].id,), orders_originals=True,
            barred_until=tx.now.date(), order="sealed order 4",
        )  # fmt: skip
    with desk.transaction(line.owner.id) as tx:
        approve_request(tx, demand, whole, keys=keys, actor="user:bob")
    with line.tx() as tx:
        assert list_demands(tx, keys=keys) == ()
    clock.move(days=1)
    with desk.transaction(line.owner.id) as tx:
        notify_tenant(tx, demand, keys=keys, actor="user:bob")
    desk.close()
    with line.tx() as tx:
        assert [one.id for one in list_demands(tx, keys=keys)] == [demand]
