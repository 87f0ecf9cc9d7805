from __future__ import annotations

from pathlib import Path

from tests.pipeline.cli.conftest import Earmark, document, told_in_one_line

RECORD = (
    *("processor", "record", "twilio", "--contract", "DPA-1", "--training-off-by", "the contract", "--region", "us"),
    *("--keeps-days", "0", "--evidence-on", "2026-01-02", "--expires-on", "2028-01-02"),
)


def test_evidence_is_recorded_listed_and_shown_on_the_page(earmark: Earmark, acme: str, tmp_path: Path) -> None:
    assert document(earmark(*RECORD, "--tenant", acme, "--json"))["contract"] == "DPA-1"
    page = tmp_path / "page.html"
    lines = document(earmark("processor", "list", "--tenant", acme, "--html", page, "--json"))
    assert {line["name"]: line["contract"] for line in lines}["twilio"] == "DPA-1"
    assert "DPA-1" in page.read_text(encoding="utf-8")
    code, out, _ = earmark("processor", "list", "--tenant", acme)
    assert code == 0
    assert "no evidence" in out


def test_what_is_not_listed_or_shows_nothing_is_refused_in_one_line(earmark: Earmark, acme: str) -> None:
    for given in (
        [*RECORD[:2], "deepgram", *RECORD[3:], "--tenant", acme],
        [*RECORD[:-1], "2025-01-02", "--tenant", acme],
        [*RECORD[:-1], "tomorrow", "--tenant", acme],
        [*RECORD, "--tenant", "nobody"],
    ):
        answer = earmark(*given)
        assert answer[0] == 2
        told_in_one_line(*answer)
