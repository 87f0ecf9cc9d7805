from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from pipeline.policies.loader import load_bundle, load_matrix
from pipeline.reads.policy_preview import preview_policy
from pipeline.store.all_tables import ALL_TABLES
from pipeline.store.artifacts import list_artifacts
from pipeline.store.policy_versions import begun_with
from tests.line import Line
from tests.pipeline.policies.variants import variant, without_company
from tests.pipeline.workflows.house_of_fakes import scripted_context

ALL = ("settle_consent", "capture", "transcribe", "detect", "redact_text", "redact_audio", "keep_receipts", "decide")


@pytest.fixture
def line(database, tenant, tmp_path) -> Line:
    made = Line(context=scripted_context("", tmp_path, database=database), owner=tenant, folder=tmp_path)
    for _ in range(2):
        made.through(made.record(), *ALL)
    return made


def counts(tx) -> dict[str, int]:
    """Every row of the app, by table, and how often the tenant was changed."""
    found = {
        table.name: tx.connection.execute(text(f"select count(*) from {table.fullname}")).scalar_one()
        for table in ALL_TABLES
    }
    return found | {"version": tx.connection.execute(text("select max(version) from earmark.tenants")).scalar_one()}


def preview(line, changes: dict | None = None, *, bundle=None):
    with line.tx() as tx:
        later = bundle or variant("nejix", changes, effective=tx.now.date() + timedelta(days=20))
        return preview_policy(tx, begun_with(load_bundle("nejix")), later, load_matrix())


def test_nothing_is_written(line):
    with line.tx() as tx:
        before = counts(tx)
    preview(line, {"retention/recording.original/days": 30, "download/kinds": []})
    with line.tx() as tx:
        assert counts(tx) == before
    assert before["decisions"] == 20


def test_what_would_be_shorter_is_counted_by_kind_with_examples_that_are_ids(line):
    found = preview(line, {"retention/recording.original/days": 30})
    assert found.counts == {("recording.original", "shorter"): 2}
    with line.tx() as tx:
        originals = {a.id for a in list_artifacts(tx) if a.kind.value == "recording.original"}
    assert set(found.examples["recording.original", "shorter"]) == originals
    assert found.artifacts["recording.original"] == 2
    assert sum(found.artifacts.values()) == 20


def test_what_only_the_passing_of_time_changes_is_not_counted(line):
    assert preview(line, {"training/cool_off_days": 1}).counts == {}
    with line.tx() as tx:
        far = variant("nejix", effective=tx.now.date() + timedelta(days=4000))
    assert preview(line, bundle=far).counts == {}


def test_a_loosening_moves_nothing_that_is_kept_and_says_what_it_would_do_for_later_calls(line):
    found = preview(line, {"retention/recording.original/days": 300})
    assert found.counts == {("recording.original", "longer_if_captured_then"): 2}


def test_companies_copies_and_downloads_that_would_be_lost_are_counted(line):
    with line.tx() as tx:
        first_day = tx.now.date() + timedelta(days=20)
    lost = preview(line, bundle=without_company("nejix", "anthropic", effective=first_day)).counts
    assert {move for _, move in lost} == {"processors_lost"}
    assert sum(lost.values()) == 20
    assert preview(line, {"download/kinds": []}).counts["transcript.redacted", "download_lost"] == 2
    ended = preview(line, {"store/allowed": False}).counts
    assert ended["recording.original", "ended"] == 2
    assert ("consent.receipt", "ended") not in ended


def test_no_more_than_three_examples_are_given(line):
    for _ in range(3):
        line.through(line.record(), *ALL)
    found = preview(line, {"retention/recording.original/days": 30})
    assert found.counts["recording.original", "shorter"] == 5
    assert len(found.examples["recording.original", "shorter"]) == 3
