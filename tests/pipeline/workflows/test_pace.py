from __future__ import annotations

import logging
import threading
import time
from contextlib import contextmanager
from dataclasses import replace

from dbos import DBOS

from pipeline.workflows import engine
from pipeline.workflows.pace import Pace
from pipeline.workflows.queue import DurableQueue
from tests.conftest import make_tenant
from tests.pipeline.workflows.house_of_fakes import ScriptedTranscriber


class Crowd(ScriptedTranscriber):
    """Counts how many are heard at once."""

    at_once = most = 0
    lock = threading.Lock()

    def transcribe(self, audio, *, language):
        with self.lock:
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        time.sleep(0.2)
        heard = super().transcribe(audio, language=language)
        with self.lock:
            self.at_once -= 1
        return heard


@contextmanager
def working(context, app_url: str, pace: Pace):
    engine.launch(context, database_url=app_url, worker="w1", version="1", pace=pace)
    try:
        yield
    finally:
        engine.stop()
        logging.getLogger("dbos").handlers.clear()  # one writes to this test's own standard error


def wait_for(names: list[str]) -> list[str]:
    """Wait until all of them have ended; give them in the order in which they did."""
    while True:
        found = {name: DBOS.retrieve_workflow(name).get_status() for name in names}
        if all(status.status not in ("PENDING", "ENQUEUED") for status in found.values()):
            assert {status.status for status in found.values()} == {"SUCCESS"}
            return sorted(names, key=lambda name: found[name].updated_at or 0)
        time.sleep(0.1)


def test_tenants_take_turns_and_none_has_more_at_a_time_than_its_share(line, app_url):
    crowd = Crowd(line.context.transcribers["local"]._log)
    line = replace(line, context=replace(line.context, transcribers={"local": crowd}))
    small = replace(line, owner=make_tenant(line.context.vault.database, line.context.vault.keys, "small"))
    queue = DurableQueue(line.context.vault.database.engine, version="1")
    names = []
    for owner, count in ((line, 8), (small, 2)):
        for _ in range(count):
            recording = owner.record()
            with owner.tx() as tx:
                queue.enqueue_recording(tx, owner.owner.id, recording.id)
            names.append(f"recording:{owner.owner.id}:{recording.id}")
    queue.close()
    with working(line.context, app_url, Pace(concurrency=4, tenant_concurrency=1)):
        order = wait_for(names)
    assert crowd.most == 2
    assert all(name in order[:6] for name in names if ":small:" in name)


def test_a_rate_is_a_tenants_own_and_without_one_there_is_no_limiter():
    assert "partition_limiter" not in Pace(concurrency=1).for_recordings()
    limits = Pace(concurrency=1, tenant_per_minute=30).for_recordings()
    assert limits["partition_limiter"] == {"limit": 30, "period": 60.0}
