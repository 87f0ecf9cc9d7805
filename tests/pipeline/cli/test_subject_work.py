from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from pipeline.cli.subject_work import read_kind
from pipeline.model.errors import InvalidInput
from pipeline.model.subject import RequestKind
from tests.pipeline.cli.conftest import Earmark, document, told_in_one_line


def opened(earmark: Earmark, kind: str, *, is_proved: bool = True) -> str:
    answer = earmark("subject", "open", "--tenant", "acme", "--kind", kind, "--number", "+6421234567", "--json")
    request: str = document(answer)["request"]
    if is_proved:
        assert earmark("subject", "verify", request, "--tenant", "acme", "--reason", "passport")[0] == 0
    return request


@pytest.mark.usefixtures("acme")
@pytest.mark.clause("connekz", "4", "download available")
@pytest.mark.parametrize("kind", ["access", "portability"])
def test_an_export_is_written_for_its_owner_alone(earmark: Earmark, tmp_path: Path, kind: str) -> None:
    out = tmp_path / "answer.zip"
    request = opened(earmark, kind)
    receipt = document(earmark("subject", "export", request, out, "--tenant", "acme", "--json"))
    assert (receipt["calls"], receipt["copies"]) == (0, 0)
    assert out.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(out) as archive:
        assert json.loads(archive.read("report.json"))["request"]["id"] == request
    assert earmark("subject", "export", request, out, "--tenant", "acme")[0] == 0
    log = earmark("audit", "verify", "--tenant", "acme")
    assert log[0] == 0


@pytest.mark.usefixtures("acme")
def test_what_is_not_proved_or_of_another_kind_is_one_line_and_writes_nothing(earmark: Earmark, tmp_path: Path) -> None:
    out = tmp_path / "answer.zip"
    export = ("subject", "export", opened(earmark, "access", is_proved=False), out, "--tenant", "acme")
    assert told_in_one_line(*earmark(*export)) == "nobody has shown yet who asks"
    for answer in (
        earmark("subject", "export", opened(earmark, "deletion"), out, "--tenant", "acme"),
        earmark("subject", "erase", opened(earmark, "access"), "--tenant", "acme"),
        earmark("subject", "export", "dsr_unknown", out, "--tenant", "acme"),
        earmark("subject", "correct", opened(earmark, "correction"), out, "--tenant", "acme", "--recording", "rec_x"),
        earmark("subject", "reindex", "--tenant", "nobody"),
    ):
        assert answer[0] == 2
        told_in_one_line(*answer)
    assert not out.exists()


@pytest.mark.usefixtures("acme")
@pytest.mark.clause("connekz", "5", "access, correct, or request deletion")
def test_a_deletion_a_withdrawal_and_an_answer_by_hand(earmark: Earmark) -> None:
    erase = ("subject", "erase", opened(earmark, "deletion"), "--tenant", "acme", "--json")
    assert document(earmark(*erase)) == {"calls": 0, "recordings": 0, "calls_of_others": 0, "kept": []}
    for kind in ("withdrawal", "opt_out_of_sale"):
        answer = ("subject", "answer", opened(earmark, kind), "--tenant", "acme", "--reason", "asked", "--json")
        assert document(earmark(*answer)) == {"calls": 0, "recordings": 0}
    by_hand = ("subject", "answer", opened(earmark, "access"), "--tenant", "acme", "--reason", "by post", "--json")
    assert document(earmark(*by_hand)) == {"state": "answered"}


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize("kind", ["withdrawal", "objection", "opt_out_of_sale", "access"])
def test_why_a_request_is_answered_is_shown_only_to_who_may_see_who_asks(earmark: Earmark, kind: str) -> None:
    request = opened(earmark, kind)
    answer = ("subject", "answer", request, "--tenant", "acme", "--reason")
    assert told_in_one_line(*earmark(*answer, " ")).startswith("a decision about a request needs a reason")
    assert earmark(*answer, "canarywords")[0] == 0
    show = ("subject", "show", request, "--tenant", "acme", "--json")
    assert "canarywords" not in str(earmark(*show))
    shown = document(earmark(*show, "--who"))
    assert shown["reasons"] == ["canarywords"]
    assert "reasoned" in [act["act"] for act in shown["acts"]]


@pytest.mark.usefixtures("acme")
def test_the_index_is_built_anew(earmark: Earmark) -> None:
    assert document(earmark("subject", "reindex", "--tenant", "acme", "--json")) == {"recordings": 0, "said": 0}


def test_a_command_of_another_kind_is_refused() -> None:
    read_kind(RequestKind.ACCESS, RequestKind.ACCESS)
    with pytest.raises(InvalidInput):
        read_kind(RequestKind.ACCESS, RequestKind.DELETION)
