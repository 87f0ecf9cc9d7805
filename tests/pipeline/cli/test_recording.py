from __future__ import annotations

import pytest

from pipeline.model.ids import TenantId
from pipeline.model.recording import RecordingState as S
from pipeline.store.recordings import mark_state
from pipeline.store.session import Database
from tests.builders import a_recording
from tests.pipeline.cli.conftest import document, told_in_one_line


@pytest.fixture
def three(database: Database, acme: str) -> list[str]:
    with database.transaction(TenantId(acme)) as tx:
        made = [a_recording(tx, None).id for _ in range(3)]
        mark_state(tx, made[0], S.REFUSED, reason="call_unknown")
    return made


def test_recordings_are_listed_with_what_to_do(earmark, acme, three):
    told = document(earmark("recording", "list", "--tenant", acme, "--state", "refused", "--json"))
    assert [one["id"] for one in told] == [three[0]]
    assert told[0]["is_trouble"]
    assert "no call that went through Earmark" in told[0]["means"]


def test_a_limit_is_held_over_pages(earmark, acme, three, monkeypatch):
    monkeypatch.setattr("pipeline.store.recording_pages.MOST", 1)
    assert len(document(earmark("recording", "list", "--tenant", acme, "--json"))) == 3
    assert len(document(earmark("recording", "list", "--tenant", acme, "--limit", "2", "--json"))) == 2


def test_people_see_a_table(earmark, acme, three):
    code, out, _ = earmark("recording", "list", "--tenant", acme)
    assert code == 0
    assert "call_unknown" in out


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--tenant", "nobody"), "no tenant nobody"),
        (("--tenant", "acme", "--state", "gone"), "--state"),
        (("--tenant", "acme", "--since", "yesterday"), "--since is a moment"),
        (("--tenant", "acme", "--limit", "0"), "--limit"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(earmark, acme, options, says):
    code, out, err = earmark("recording", "list", *options)
    assert code == 2
    assert says in told_in_one_line(code, out, err)
