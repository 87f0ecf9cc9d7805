from __future__ import annotations

import json

from pipeline.consent.deletion_proof import check_file
from pipeline.model.artifact import ArtifactKind
from pipeline.model.user import Role
from pipeline.steps.context import shelf_of
from pipeline.steps.purge import purge_recording
from tests.conftest import make_tenant
from tests.disposal import end
from tests.webhooks.sign_in.people import seated


def purged(desk) -> str:
    line, recording = desk.line, desk.line.record()
    line.context.vault.keep(shelf_of(recording), ArtifactKind.SUMMARY, b"words")
    end(line, recording)
    return purge_recording(line.context, line.owner.id, recording.id)["purge"]


def test_a_deletion_is_proved_by_a_certificate_that_is_checked_here_and_elsewhere(desk):
    auditor = desk.sits("aud", Role.AUDITOR)
    assert "Nothing was deleted yet." in auditor.get("/operations/deletions").text
    purge = purged(desk)
    listed = auditor.get("/operations/deletions?state=done").text
    assert (purge in listed, "nejix" in listed) == (True, True)
    assert purge not in auditor.get("/operations/deletions?state=open").text
    page = auditor.get(f"/operations/deletions/{purge}").text
    assert "Every signature holds: 1 object was destroyed" in page
    handed = auditor.get(f"/operations/deletions/{purge}/certificate.json")
    assert handed.headers["content-disposition"] == f'attachment; filename="{purge}.certificate.json"'
    assert len(check_file(handed.content).destroyed) == 1
    auditor.get("/operations/deletions/verify")
    assert (
        "every part and every count holds" in auditor.post("/operations/deletions/verify", certificate=handed.text).text
    )
    altered = json.loads(handed.text)
    head, payload, signature = altered["certificates"][0].split(".")
    altered["certificates"] = [f"{head}.{payload[:-4]}AAAA.{signature}"]
    told = auditor.post("/operations/deletions/verify", certificate=json.dumps(altered)).text
    assert ("It does not hold" in told, "count holds" in told) == (True, False)
    assert "not a deletion certificate" in auditor.post("/operations/deletions/verify", certificate="{}").text


def test_a_deletion_that_waits_is_told_with_what_is_left_and_has_no_certificate(desk):
    from pipeline.model.purge import Item, ItemKind, Subject
    from pipeline.store.purges import add_items, keep_open, open_purge
    from tests.pipeline.store.test_purge_pages import GROUND

    with desk.line.tx() as tx:
        purge = open_purge(tx, Subject(kind="recording", id="rec_1"), GROUND)
        add_items(tx, purge, [Item(kind=ItemKind.OBJECT, target="art_1")])
        keep_open(tx, purge, "StoreUnreachable")
    auditor = desk.sits("aud", Role.AUDITOR)
    page = auditor.get(f"/operations/deletions/{purge.id}").text
    assert all(one in page for one in ("art_1", "StoreUnreachable", "not yet", "It is signed when"))
    assert auditor.get(f"/operations/deletions/{purge.id}/certificate.json").status_code == 404


def test_another_tenants_deletion_is_not_there_and_its_certificate_is_not_ours(desk, database, keys):
    purge = purged(desk)
    handed = desk.sits("aud", Role.AUDITOR).get(f"/operations/deletions/{purge}/certificate.json").text
    make_tenant(database, keys, "other")
    stranger = seated(desk.context, "eve", Role.OPERATOR, tenant="other")
    for path in (f"/operations/deletions/{purge}", f"/operations/deletions/{purge}/certificate.json"):
        assert stranger.get(path).status_code == 404
    stranger.get("/operations/deletions/verify")
    assert "It does not hold" in stranger.post("/operations/deletions/verify", certificate=handed).text
