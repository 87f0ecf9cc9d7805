from __future__ import annotations

import hashlib

import pytest

from tests.evidence import HEAD, line
from tests.pipeline.cli.conftest import document, logged, told_in_one_line, write_wav


@pytest.fixture
def folder(tmp_path, postgres, database_name):
    """A folder with one file, and a file of evidence beside it that names it."""
    place = tmp_path / "calls"
    place.mkdir()
    digest = hashlib.sha256(write_wav(place / "one.wav").read_bytes()).hexdigest()
    (tmp_path / "evidence.csv").write_text(HEAD + line(digest, recorded_at="2026-03-01T10:00:00"))
    return place


def test_a_plan_counts_and_a_job_is_started_with_evidence_by_name(earmark, acme, folder, tmp_path):
    earmark("tenant", "set", acme, "--record")
    source = ("--tenant", acme, "--from-bucket", folder, "--evidence", tmp_path / "evidence.csv")
    before = len(logged(acme))
    planned = document(earmark("backfill", "plan", *source, "--json"))
    assert planned["outcomes"] == {"taken_in": 1}
    assert "taken_in" in earmark("backfill", "plan", *source)[1]
    assert document(earmark("backfill", "plan", *source[:4], "--json"))["outcomes"] == {"no_evidence": 1}
    assert len(logged(acme)) == before
    started = document(earmark("backfill", "start", *source, "--as", "user:ada", "--json"))
    assert (started["state"], started["options"]["evidence_sha256"]) == ("listing", planned["evidence_sha256"])
    assert str(folder) not in str(started)
    assert "not finished" in told_in_one_line(*earmark("backfill", "start", *source))
    which = ("--tenant", acme, "--job", started["job"])
    assert "cannot be paused" in told_in_one_line(*earmark("backfill", "pause", *which))
    assert "cannot be resumed" in told_in_one_line(*earmark("backfill", "resume", *which))
    assert document(earmark("backfill", "recordings", *which, "--outcome", "published", "--json")) == []
    assert "no job" in told_in_one_line(*earmark("backfill", "recordings", *which[:3], "x", "--outcome", "published"))
    (found,) = document(earmark("backfill", "status", "--tenant", acme, "--json"))
    assert (found["job"], found["started_by"]) == (started["job"], "user:ada")


BAD = (
    ((), "where recordings come from"),
    (("--from-twilio", "--from-bucket", "x"), "where recordings come from"),
    (("--from-twilio",), "needs --since"),
    (("--from-twilio", "--since", "2026-02-02", "--until", "2026-02-01"), "lies before"),
    (("--from-twilio", "--since", "2026-02-02"), "no account at Twilio"),
    (("--from-bucket", "x", "--since", "2026-02-02"), "are for --from-twilio"),
    (("--from-bucket", "nowhere"), "no such folder"),
    (("--from-bucket", "s3://calls/in"), "EARMARK_ARTIFACTS__REGION"),
    (("--from-bucket", "x", "--evidence", "gone.csv"), "gone.csv"),
)


def test_bad_input_is_told_in_one_line(earmark, acme):
    for options, told in BAD:
        assert told in told_in_one_line(*earmark("backfill", "plan", "--tenant", acme, *options))
