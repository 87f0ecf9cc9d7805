from __future__ import annotations

from pipeline.model.artifact import ArtifactKind


def test_the_kinds_are_the_words_that_stand_in_keys_and_policies():
    assert {kind.value for kind in ArtifactKind} == {
        "recording.original",
        "recording.redacted",
        "transcript.original",
        "transcript.redacted",
        "redaction.manifest",
        "consent.receipt",
        "call.metadata",
        "summary",
        "embedding",
        "export",
        "dataset.manifest",
    }
