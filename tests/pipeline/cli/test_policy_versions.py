from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.policies.bundle import Bundle
from pipeline.policies.loader import load_bundle
from tests.pipeline.cli.conftest import Earmark, document, told_in_one_line
from tests.pipeline.policies.variants import variant

TODAY = datetime.now(UTC).date()


@pytest.fixture
def told(earmark: Earmark, acme: str, postgres, database_name: str) -> str:
    """A tenant that can be told by e-mail."""
    code, _, err = earmark("tenant", "set", acme, "--contact-email", "legal@acme.example")
    assert code == 0, err
    return acme


def written(folder: Path, bundle: Bundle) -> Path:
    path = folder / f"{bundle.version}.json"
    path.write_text(bundle.model_dump_json(), encoding="utf-8")
    return path


@pytest.fixture
def later(tmp_path: Path) -> Path:
    return written(tmp_path, variant("nejix", {"retention/recording.original/days": 30}, effective=in_days(20)))


def in_days(days: int):
    return TODAY + timedelta(days=days)


def test_a_version_is_published_once_listed_and_waits_for_its_notice(earmark, told, later, database) -> None:
    first = document(earmark("policy", "publish", later, "--tenant", told, "--json"))
    again = document(earmark("policy", "publish", later, "--tenant", told, "--json"))
    assert (first["published"], again["published"]) == ("now", "before, the very same")
    listed = document(earmark("policy", "versions", "--tenant", told, "--json"))
    assert [(v["version"], v["in_force"]) for v in listed] == [
        (load_bundle("nejix").version, True), (first["version"], False),
    ]  # fmt: skip
    assert (listed[1]["in_force_from"], listed[1]["delivered"]) == (None, [])
    assert "no notice has arrived" in earmark("policy", "versions", "--tenant", told)[1]


@pytest.mark.clause("nejix", "11", "at least 14 days before the changes take effect")
def test_what_must_not_be_published_is_one_line_and_leaves_nothing(earmark, told, tmp_path) -> None:
    for bundle in (
        variant("nejix", effective=in_days(13), notice_days=14),
        variant("connekz", effective=in_days(20)),
        variant(variant(), version="third", effective=in_days(20)),
    ):
        answer = earmark("policy", "publish", written(tmp_path, bundle), "--tenant", told)
        assert answer[0] == 2
        told_in_one_line(*answer)
    assert len(document(earmark("policy", "versions", "--tenant", told, "--json"))) == 1


def test_a_preview_counts_and_writes_nothing(earmark, told, later, tmp_path) -> None:
    found = document(earmark("policy", "preview", "--policy", later, "--tenant", told, "--json"))
    assert found == {"artifacts": {}, "moves": []}
    shown = earmark("policy", "preview", "--policy", later, "--tenant", told)
    assert "0 artifacts looked at; nothing was written" in shown[1]
    other = written(tmp_path, variant("connekz"))
    assert earmark("policy", "preview", "--policy", other, "--tenant", told)[0] == 2


def test_everything_is_judged_again_by_hand_once_for_each_reason(earmark, told) -> None:
    started = document(earmark("policy", "redecide", "--tenant", told, "--reason", "test", "--json"))
    assert (started["artifacts"], started["chunks"]) == (0, 0)
    again = earmark("policy", "redecide", "--tenant", told, "--reason", "test")
    assert (again[0], told_in_one_line(*again)) == (2, "this was started before: earmark policy progress")
    [job] = document(earmark("policy", "progress", "--tenant", told, "--json"))
    assert (job["cause"], job["finished"]) == (started["why"], True)
    assert started["why"] in earmark("policy", "progress", "--tenant", told)[1]


def test_the_words_of_a_reason_are_kept_nowhere_in_the_clear(earmark, told) -> None:
    started = document(earmark("policy", "redecide", "--tenant", told, "--reason", "Jane Doe asked", "--json"))
    assert re.fullmatch("by hand: [0-9a-f]{64}", started["why"])
    [job] = document(earmark("policy", "progress", "--tenant", told, "--json"))
    assert "Jane" not in str(job)


@pytest.mark.parametrize("command", ["versions", "progress"])
def test_a_tenant_that_is_not_there_has_nothing(earmark, installation, command) -> None:
    code, out, _ = earmark("policy", command, "--tenant", "nobody", "--json")
    assert code == 2 or json.loads(out) == []
