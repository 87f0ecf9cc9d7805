from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from dbos import DBOS
from sqlalchemy import text

from pipeline.decisions.announce_policy import announce, start_redecision
from pipeline.decisions.tenants import change_settings
from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import StoreUnreachable
from pipeline.policies.loader import load_bundle
from pipeline.steps.redecide import redecide
from pipeline.store.artifacts import list_artifacts
from pipeline.store.decisions import find_decision
from pipeline.store.policy_versions import add_version, find_policies, keep_first
from pipeline.store.redecisions import list_redecisions
from pipeline.store.session import Database
from pipeline.store.system_session import list_published
from pipeline.store.tenants import change_tenant
from pipeline.vendors.webhook_out import WebhookNotices
from pipeline.workflows import engine
from pipeline.workflows.pace import Pace
from pipeline.workflows.policies import PolicyWatch, redecide_chunk
from pipeline.workflows.queue import DurableQueue
from pipeline.workflows.upkeep import Upkeep
from tests.answering import receiving
from tests.conftest import make_tenant
from tests.pipeline.policies.variants import variant
from tests.roles import beside

ALL = ("settle_consent", "capture", "transcribe", "detect", "redact_text", "redact_audio", "keep_receipts", "decide")


@pytest.fixture
def queue(database, app_url) -> Iterator[DurableQueue]:
    opened = DurableQueue(database, version="1")
    yield opened
    opened.close()


@pytest.fixture
def watch(database, queue, clock) -> PolicyWatch:
    clock.at = datetime.now(UTC)
    return PolicyWatch(database, queue, clock)


@pytest.fixture
def receiver():
    with receiving() as found:
        yield found


def named(database, workflow: str) -> list[str]:
    query = text("select workflow_uuid from dbos.workflow_status where name = :name order by 1")
    with database.queue_engine.connect() as connection:
        return list(connection.execute(query, {"name": workflow}).scalars())


def work_off(line, app_url: str, *workflows: str) -> list[dict]:
    engine.launch(line.context, database_url=beside(app_url).engine, worker="w1", version="1", pace=Pace(concurrency=1))
    try:
        handles = [DBOS.retrieve_workflow(workflow) for workflow in workflows]
        while any(h.get_status().status in ("PENDING", "ENQUEUED") for h in handles):
            time.sleep(0.05)
        return [dict(h.get_result()) for h in handles]
    finally:
        engine.stop()
        logging.getLogger("dbos").handlers.clear()  # one writes to this test's own standard error


def publish(line, changes: dict, *, url: str = "", days: int = 20):
    with line.tx() as tx:
        if url:
            secrets = replace(line.owner.secrets, notice_url=url, notice_secret="s3cret")
            change_tenant(
                tx, replace(line.owner, secrets=secrets), keys=line.context.vault.keys, actor="test", changed=[]
            )
        keep_first(tx, load_bundle("nejix"))
        later = variant("nejix", changes, effective=tx.now.date() + timedelta(days=days))
        add_version(tx, later, notice_days=14, actor="test")
    return later


def untils(line) -> set[str | None]:
    with line.tx() as tx:
        found = [find_decision(tx, a.id) for a in list_artifacts(tx) if a.kind.value == "recording.original"]
    return {decision.record["retention"]["until"] for decision in found if decision}


def test_a_tenant_without_a_published_version_is_not_looked_at(watch, database, keys, line):
    make_tenant(database, keys, "other")
    with line.tx() as tx:
        keep_first(tx, load_bundle("nejix"))
    assert list_published(database) == ()
    assert watch.enqueue_due() == 0


def test_a_damaged_version_of_one_tenant_keeps_no_other_from_being_looked_at(
    watch, line, database, keys, postgres, database_name
):
    for one in (line, replace(line, owner=make_tenant(database, keys, "other"))):
        later = publish(one, {"training/cool_off_days": 1})
    damage = "update earmark.policy_versions set digest = repeat('0', 64) where tenant = 'acme' and version = %s"
    with psycopg.connect(postgres.dsn(database_name)) as owner:
        assert owner.execute(damage, (later.version,)).rowcount == 1
    assert watch.enqueue_due() == 1
    assert [name.split(":")[1] for name in named(database, "deliver_notice")] == ["other"]


@pytest.mark.clause("nejix", "11", "at least 14 days before the changes take effect")
def test_a_notice_goes_out_hour_by_hour_until_it_arrives(watch, line, app_url, database, clock, receiver):
    receiver.status = 503
    later = publish(line, {"training/cool_off_days": 1}, url=receiver.url)
    told = line.with_parts(channels={"webhook": WebhookNotices(clock)})
    assert watch.enqueue_due() == 1
    assert watch.enqueue_due() == 0
    [first] = named(database, "deliver_notice")
    assert first == f"notice:acme:{later.version}:{clock.now():%Y%m%dT%H}"
    receiver.status = 410
    assert work_off(told, app_url, first) == [{"failed": "VendorRefused"}]
    receiver.status = 200
    clock.move(hours=1)
    assert watch.enqueue_due() == 1
    second = next(w for w in named(database, "deliver_notice") if w != first)
    assert work_off(told, app_url, second)[0]["delivered"] == 1
    clock.move(hours=1)
    assert watch.enqueue_due() == 0
    with line.tx() as tx:
        assert find_policies(tx, "nejix").newest.in_force_from == later.effective.day


def test_a_tightening_is_judged_at_its_announcement_and_at_its_first_day_and_a_loosening_never(
    watch, line, app_url, database, clock, receiver
):
    recording = line.through(line.record(), *ALL)
    publish(line, {"retention/recording.original/days": 30}, url=receiver.url)
    watch.enqueue_due()
    [announced] = named(database, "redecide_chunk")
    told = line.with_parts(channels={"webhook": WebhookNotices(clock)})
    receipt = work_off(told, app_url, announced, *named(database, "deliver_notice"))[0]
    assert receipt == {"decided": 10, "changed": 0, "skipped": 0}

    clock.move(days=20)
    assert watch.enqueue_due() == 1
    begun = next(w for w in named(database, "redecide_chunk") if w != announced)
    assert work_off(told, app_url, begun) == [{"decided": 10, "changed": 1, "skipped": 0}]
    assert untils(line) == {(recording.started_at + timedelta(days=30)).date().isoformat()}
    with line.tx() as tx:
        jobs = list_redecisions(tx)
    assert [job.cause.split(":")[0] for job in jobs] == ["announced", "in_force"]
    assert all(job.is_finished for job in jobs)
    clock.move(hours=1)
    assert watch.enqueue_due() == 0


@pytest.mark.parametrize(("changes", "jobs"), [({"download/kinds": []}, 1), ({"training/cool_off_days": 1}, 0)])
def test_what_follows_publishing_starts_with_it_and_not_again_within_the_hour(
    watch, line, queue, database, changes, jobs
):
    line.through(line.record(), *ALL)
    with line.tx() as tx:
        announce(tx, queue, "nejix", actor="test")
    later = publish(line, changes)
    with line.tx() as tx:
        announce(tx, queue, "nejix", actor="test")
        queue.enqueue_notice(tx, line.owner.id, later.version, cause="published")
    assert named(database, "deliver_notice") == [f"notice:acme:{later.version}:published"]
    assert len(named(database, "redecide_chunk")) == jobs
    watch.enqueue_due()
    assert len(named(database, "redecide_chunk")) == jobs


def test_a_version_that_only_allows_more_has_nothing_judged_again(watch, line, database, clock):
    publish(line, {"retention/recording.original/days": 300})
    watch.enqueue_due()
    clock.move(days=30)
    watch.enqueue_due()
    assert named(database, "redecide_chunk") == []


def test_a_chunk_that_was_given_up_is_named_anew_the_next_day_and_done_once(watch, line, queue, database, clock):
    line.through(line.record(), *ALL)
    with line.tx() as tx:
        job = start_redecision(tx, queue, cause="by hand: test", actor="test")
        assert start_redecision(tx, queue, cause="by hand: test", actor="test") is None
        queue.enqueue_redecision(tx, line.owner.id, job.id, chunks=[1])
    assert named(database, "redecide_chunk") == [f"redecide:acme:{job.id}:1"]
    assert watch.enqueue_due() == 0
    clock.move(days=1)
    assert watch.enqueue_due() == 1
    assert len(named(database, "redecide_chunk")) == 2
    assert redecide_chunk(line.context, line.owner.id, job.id, 1)["decided"] == 10
    assert redecide_chunk(line.context, line.owner.id, job.id, 1)["decided"] == 0
    clock.move(days=1)
    assert watch.enqueue_due() == 0


def test_what_is_here_is_judged_again_once_a_period_changes_or_a_law_is_shown_to_keep_it(watch, line, database, clock):
    """Of a public service in Hungary, whose own period of a week then counts for nothing."""
    recording = line.through(line.record(places=("HU",)), *ALL)
    original = line.artifact(recording, ArtifactKind.RECORDING_ORIGINAL)

    def judged_after(**chosen):
        def change(now):
            return replace(now, settings=replace(now.settings, **chosen))

        change_settings(line.context.vault, line.owner.id, change, actor="test")
        clock.move(hours=1)
        count = watch.enqueue_due()
        with line.tx() as tx:
            jobs = list_redecisions(tx)
        for job in jobs:
            redecide_chunk(line.context, line.owner.id, job.id, 1)
        with line.tx() as tx:
            return count, find_decision(tx, original.id).record["retention"]["basis"]

    assert judged_after(retention_days={"recording.original": 7}) == (1, "tenant_setting")
    assert judged_after(locale="en-GB") == (0, "tenant_setting")
    assert judged_after(regulated_in=("HU",)) == (1, "jurisdiction_minimum")
    assert line.context.vault.objects.read_lock(original.object_key).retain_until is not None
    assert judged_after(regulated_in=()) == (1, "tenant_setting")


@pytest.mark.acceptance(13)
def test_a_worker_that_died_in_the_middle_of_a_chunk_leaves_nothing_undone_or_done_twice(line, clock, queue):
    """Three recordings, the second of which cannot be tagged at first; then everything is judged once."""
    for _ in range(3):
        line.through(line.record(), *ALL)
    publish(line, {"download/kinds": []})
    with line.tx() as tx:
        job = start_redecision(tx, queue, cause="by hand: test", actor="test")
    vault, left = line.context.vault, [12]

    class Dies(type(vault.objects)):
        def write_tags(self, key, tags):
            left[0] -= 1
            if left[0] == 0:
                raise StoreUnreachable("write tags")
            super().write_tags(key, tags)

    dying = replace(line.context, vault=replace(vault, objects=Dies(line.folder / "objects")))
    with pytest.raises(StoreUnreachable):
        redecide_chunk(dying, line.owner.id, job.id, 1)
    before = len(line.events("artifact:decision:made"))
    assert before > 30
    receipt = redecide_chunk(line.context, line.owner.id, job.id, 1)
    assert receipt["decided"] == 30
    made = line.events("artifact:decision:made")
    assert len(made) - before == receipt["changed"]
    assert len({event["digest"] for event in made}) == len(made)
    with line.tx() as tx:
        artifacts = [a.id for a in list_artifacts(tx)]
    assert redecide(line.context, line.owner.id, artifacts)["changed"] == 0


def test_many_workers_name_each_thing_once(watch, line, queue, database, clock, app_url):
    publish(line, {"download/kinds": []})
    line.through(line.record(), *ALL)
    watches = [PolicyWatch(database, queue, clock) for _ in range(3)]
    threads = [threading.Thread(target=one.enqueue_due) for one in watches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(named(database, "redecide_chunk")) == 1
    assert len(named(database, "deliver_notice")) == 1


def test_with_the_database_away_it_is_named_at_the_next_look(queue, tmp_path, clock, capfd, database):
    away = Database(beside(f"postgresql+psycopg://nobody@/x?host={tmp_path}"), clock=clock)
    watch = PolicyWatch(away, queue, clock)
    with pytest.raises(StoreUnreachable):
        watch.enqueue_due()
    assert Upkeep([watch.enqueue_due]).look() == 0
    shown = capfd.readouterr()
    assert "upkeep.not_enqueued" in shown.out + shown.err
    away.close()
