from __future__ import annotations

import json

from pipeline.consent.deletion_proof import check_file
from pipeline.model.artifact import ArtifactKind
from pipeline.steps.context import shelf_of
from pipeline.steps.purge import purge_recording
from tests.disposal import end


def test_a_deletion_is_told_and_proved_by_a_certificate_that_is_checked_here_and_elsewhere(house):
    line = house.line
    recording = line.record()
    line.context.vault.keep(shelf_of(recording), ArtifactKind.SUMMARY, b"words")
    end(line, recording)
    purge = purge_recording(line.context, line.owner.id, recording.id)["purge"]
    assert [one["id"] for one in house.get("deletions?state=done")["items"]] == [purge]
    assert house.get("deletions?state=open")["items"] == []
    told = house.get(f"deletions/{purge}")
    assert (told["is_certified"], told["fault"], told["subject"]["id"]) == (True, None, recording.id)
    handed = house.get(f"deletions/{purge}/certificate")
    assert len(check_file(json.dumps(handed).encode()).destroyed) == 1
    assert house.do("deletions/verify", handed)["holds"] is True
    head, payload, signature = handed["certificates"][0].split(".")
    assert house.do("deletions/verify", handed | {"certificates": [f"{head}.{payload[:-4]}AAAA.{signature}"]}) == {
        "holds": False, "purge": None, "edition": None, "is_pinned": False,
    }  # fmt: skip
    assert house.refused("deletions/verify", {}) == 422
    assert house.refused("deletions?state=gone", method="GET") == 422
