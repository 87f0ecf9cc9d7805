from __future__ import annotations

import pytest
from sqlalchemy import text as sql

from pipeline.consent.deletion_proof import check_file
from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import IntegrityError, InvalidInput, NotFound
from pipeline.model.purge import Item, ItemKind, Subject
from pipeline.reads.deletions import export_certificate, read_deletion, verify_certificate
from pipeline.steps.context import shelf_of
from pipeline.steps.purge import purge_recording
from pipeline.store.purges import add_items, open_purge
from tests.disposal import end
from tests.pipeline.store.test_purge_pages import GROUND


@pytest.fixture
def line(database, tenant, tmp_path):
    from tests.line import Line
    from tests.pipeline.workflows.house_of_fakes import scripted_context

    return Line(context=scripted_context("", tmp_path, database=database), owner=tenant, folder=tmp_path)


def test_a_certificate_is_found_by_its_purge_and_by_its_recording(line):
    import json

    recording = line.record()
    line.context.vault.keep(shelf_of(recording), ArtifactKind.SUMMARY, b"words")
    end(line, recording)
    purge = purge_recording(line.context, line.owner.id, recording.id)["purge"]
    with line.tx() as tx:
        found = export_certificate(tx, recording.id)
        assert found == export_certificate(tx, purge)
    assert len(check_file(json.dumps(found).encode()).destroyed) == 1


@pytest.mark.parametrize("named", ["rec_none", "purge_none", "acme"])
def test_what_is_not_certified_is_not_found(line, named):
    with line.tx() as tx, pytest.raises(NotFound):
        export_certificate(tx, named)


def test_a_purge_is_shown_with_its_certificate_checked_and_what_is_left(line):
    recording = line.record()
    line.context.vault.keep(shelf_of(recording), ArtifactKind.SUMMARY, b"words")
    end(line, recording)
    with line.tx() as tx:
        begun = open_purge(tx, Subject(kind="recording", id="rec_1"), GROUND)
        add_items(tx, begun, [Item(kind=ItemKind.OBJECT, target="art_1")])
        report = read_deletion(tx, begun.id)
        assert (report.proof, report.fault, [one.target for one in report.left]) == (None, None, ["art_1"])
    purge = purge_recording(line.context, line.owner.id, recording.id)["purge"]
    with line.tx() as tx:
        report = read_deletion(tx, purge)
    assert (len(report.proof.destroyed), report.proof.is_pinned, report.fault) == (1, True, None)
    assert report.counts["object", "gone"] == 1
    with line.tx() as tx, pytest.raises(NotFound):
        read_deletion(tx, "purge_other")


def test_a_certificate_that_was_altered_is_told_to_be(line):
    import json

    recording = line.record()
    line.context.vault.keep(shelf_of(recording), ArtifactKind.SUMMARY, b"words")
    end(line, recording)
    purge = purge_recording(line.context, line.owner.id, recording.id)["purge"]
    with line.tx() as tx:
        whole = export_certificate(tx, purge)
        assert len(verify_certificate(tx, json.dumps(whole).encode()).destroyed) == 1
        head, payload, signature = whole["certificates"][0].split(".")
        altered = f"{head}.{payload[:-4]}AAAA.{signature}"
        with pytest.raises(IntegrityError):
            verify_certificate(tx, json.dumps({**whole, "certificates": [altered]}).encode())
        with pytest.raises(InvalidInput):
            verify_certificate(tx, b"{}")
        tx.connection.execute(
            sql(
                "insert into earmark.certificates select id || 'x', tenant, purge_id, edition + 1, part, parts, kid, "
                "sha256, :s, signed_at from earmark.certificates"
            ),
            {"s": altered},
        )
        report = read_deletion(tx, purge)
    assert report.proof is None
    assert report.fault
