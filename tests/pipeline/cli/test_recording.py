from __future__ import annotations

import pytest
from sqlalchemy import text

from pipeline.model.ids import TenantId
from pipeline.model.recording import RecordingState as S
from pipeline.store.recordings import mark_state
from pipeline.store.session import Database
from pipeline.store.tenant_notices import list_notices
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


def test_a_child_is_noted_told_and_judged_again_and_a_person_may_clear_it(earmark, acme, three, database):
    flagged = document(earmark("recording", "flag-child", three[0], "--tenant", acme, "--age", "9", "--json"))
    assert flagged == {"recording": three[0], "child": "noted"}
    cleared = earmark("recording", "clear-child", three[0], "--tenant", acme, "--reason", "the caller is the mother")
    assert cleared[0] == 0
    with database.transaction(TenantId(acme)) as tx:
        assert [(n.subject_id, n.cause) for n in list_notices(tx)] == [(three[0], "tenant_flag")]
        named = tx.connection.execute(text("select name from dbos.workflow_status")).scalars().all()
    assert named == ["judge_recording"] * 2


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("flag-child", "rec_none", "--tenant", "acme"), "no recording rec_none"),
        (("flag-child", "{}", "--tenant", "nobody"), "no tenant nobody"),
        (("flag-child", "{}", "--tenant", "acme", "--age", "40"), "an age from 0 to 20"),
        (("clear-child", "{}", "--tenant", "acme", "--reason", " "), "needs a reason"),
        (("clear-child", "{}", "--tenant", "acme", "--reason", "none is heard"), "no sign of a child"),
    ],
)
def test_a_child_that_cannot_be_noted_or_cleared_is_one_line_and_starts_nothing(
    earmark, acme, three, database, given, says
):
    code, out, err = earmark("recording", *[part.format(three[0]) for part in given])
    assert code == 2
    assert says in told_in_one_line(code, out, err)
    with database.transaction(TenantId(acme)) as tx:
        assert tx.connection.execute(text("select count(*) from dbos.workflow_status")).scalar() == 0
