from __future__ import annotations

import pytest

from pipeline.consent.deletion_proof import check_file
from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import NotFound
from pipeline.reads.deletions import export_certificate
from pipeline.steps.context import shelf_of
from pipeline.steps.purge import purge_recording
from tests.disposal import end


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
