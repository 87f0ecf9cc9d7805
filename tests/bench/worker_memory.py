"""How much memory one worker holds after many calls, each with words that were never said before.

`python -m tests.bench.worker_memory [--calls 10000]`: a worker process of the product on embedded PostgreSQL and a
folder as its store, with the models of production, works through recordings of a few seconds of real sound. They are
transcribed by the Deepgram stand-in, which says the words of that sound with new names and a new word among them, so
what grows with a vocabulary shows, in spaCy and Presidio as in ours. Prints what the worker holds at 100, 300, 1,000
and so on, as a table.
"""

from __future__ import annotations

import argparse
import random
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import soundfile
from sqlalchemy import text

from pipeline.bootstrap import judge_context
from pipeline.model.tenant import Tenant
from pipeline.model.transcript import Transcript, Utterance, Word
from pipeline.ports.transcriber import AuditMeta, Capabilities
from pipeline.steps.context import JudgeContext
from pipeline.vendors.embedded_postgres import EmbeddedPostgres
from pipeline.workflows.queue import DurableQueue
from pipeline.workflows.upload import take_in
from samples.deepgram_standin import DeepgramStandin
from samples.demo_tenants import take_on_all
from samples.evaluation.spoken_calls import read_spoken
from samples.twilio_standin import Standin
from samples.twilio_standin.audio import Samples, to_wav
from tests.bench.evaluate_memory import resident_mib
from tests.chaos.house import DATABASE, make_database, make_folder, opened
from tests.chaos.machines import Machine, Machines
from tests.conftest import APP_ROLE
from tests.roles import variables

SECONDS: Final = 5
AHEAD: Final = 20
"""Recordings that are waiting at a time."""
MARKS: Final = (100, 300, 1_000, 2_000, 3_000, 5_000, 7_000, 10_000)
_RATE: Final = 8_000
_ENDED: Final = ("published", "withheld", "refused", "failed", "absent")
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


class Inventive:
    """A recogniser that says the words of the one sound, with a new name and a new word in each call."""

    name = "inventive"
    audit = AuditMeta(processor=None, data_kind="audio", purpose="a bench", region="local", policy_url=None)
    capabilities = Capabilities(languages=("en",), max_channels=1, max_duration_s=60)

    def __init__(self, words: tuple[Word, ...]) -> None:
        self._words, self._chance, self._lock = words, random.Random(1), threading.Lock()

    def transcribe(self, audio: bytes, *, language: str) -> Transcript:
        """Say them."""
        with self._lock:
            said = [replace(word, text=self._made(word.text)) for word in self._words]
        utterance = Utterance(channel=0, words=tuple(said))
        return Transcript(
            engine="inventive", model="1", language=language, duration_ms=SECONDS * 1000, channels=((utterance,),)
        )

    def _made(self, word: str) -> str:
        """Give a name that nobody has for one of them, and a word that nobody knows for another."""
        made = "".join(self._chance.choices(_LETTERS, k=self._chance.randint(5, 9)))
        return {"somebody": made.title(), "reading,": f"{made},"}.get(word, word)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=10_000)
    calls = parser.parse_args().calls
    sound, words = _some_seconds()
    with ExitStack() as stack:
        folder = make_folder(stack)
        server = EmbeddedPostgres(folder / "postgres")
        make_database(server, stack)
        deepgram = stack.enter_context(DeepgramStandin(Inventive(words), key="bench"))
        twilio = stack.enter_context(Standin())
        given = {
            "EARMARK_DATA_DIR": str(folder / "data"),
            **variables(server.url(DATABASE, user=APP_ROLE)),
            "EARMARK_DEEPGRAM__API_KEY": "bench",
            "EARMARK_DEEPGRAM__API_BASE": deepgram.base_url,
            "EARMARK_TWILIO__API_BASE": twilio.url,
            "EARMARK_WORKER__CONCURRENCY": "4",
            "TMPDIR": str(folder / "tmp"),
        }
        base = stack.enter_context(opened(given))
        tenants = take_on_all(base)
        for tenant in tenants.values():
            twilio.add_account(tenant.account)
        worker = Machine(
            name="worker",
            command=(sys.executable, "-m", "pipeline.cli", "worker"),
            given=given,
            log=folder / "logs" / "worker.log",
        )
        machines = Machines()
        stack.enter_context(machines.kept_up())
        machines.add(worker)
        queue = DurableQueue(base.database, version=base.settings.worker.version)
        owner = tenants["connekz-demo"].tenant
        _work_through(Feed(context=judge_context(base), queue=queue, owner=owner, sound=sound), calls, worker)
        if len(deepgram.log) < calls:
            raise SystemExit("not every call was transcribed by the stand-in: its new words were not heard")
        if worker.starts > 1:
            raise SystemExit(f"the worker was started {worker.starts} times")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """Hands recordings in as an operator's, for the worker to find."""

    context: JudgeContext
    queue: DurableQueue
    owner: Tenant
    sound: Samples

    def hand_in(self, number: int) -> None:
        """Keep the sound, different in its last bits, and start the work on it."""
        moved = self.sound.copy()
        moved[:32, 0] += np.array([number >> bit & 1 for bit in range(32)], dtype=np.int16)
        recording = take_in(self.context, self.owner.id, to_wav(moved))
        with self.context.vault.database.transaction(self.owner.id) as tx:
            self.queue.enqueue_recording(tx, self.owner.id, recording.id)


def _work_through(feed: Feed, calls: int, worker: Machine) -> None:
    """Keep some recordings waiting until all are done; print what the worker holds at each mark."""
    marks = [mark for mark in MARKS if mark <= calls]
    begun, first, given = time.monotonic(), 0.0, 0
    print("| calls | resident MiB | above the first mark | seconds | how they ended |\n|---|---|---|---|---|")
    while marks:
        ended = _ended(feed)
        done = sum(ended.values())
        for _ in range(min(calls - given, AHEAD - (given - done))):
            feed.hand_in(given)
            given += 1
        if done >= marks[0]:
            held = resident_mib(worker.process.pid)
            first = first or held
            how = ", ".join(f"{count} {state}" for state, count in sorted(ended.items()))
            took = time.monotonic() - begun
            print(f"| {marks.pop(0):,} | {held:.0f} | {held - first:+.0f} | {took:.0f} | {how} |", flush=True)
        time.sleep(0.5)


def _ended(feed: Feed) -> Counter[str]:
    with feed.context.vault.database.transaction(feed.owner.id) as tx:
        rows = tx.connection.execute(text("select state, count(*) from earmark.recordings group by state")).all()
    return Counter({str(state): int(count) for state, count in rows if state in _ENDED})


def _some_seconds() -> tuple[Samples, tuple[Word, ...]]:
    """Give a few seconds of an agent's channel in which nothing is personal, and the words said in them."""
    call = read_spoken()[0]
    decoded, rate = soundfile.read(call.sound, dtype="int16", always_2d=True)
    if rate != _RATE:
        raise SystemExit(f"the sound is of {rate} Hz")
    turn = next(one.turn for one in reversed(call.labelled.turns) if one.turn.words[0].channel == 1)
    begins = turn.words[-1].end_ms - SECONDS * 1000
    words = tuple(
        replace(word, channel=0, start_ms=word.start_ms - begins, end_ms=word.end_ms - begins)
        for word in turn.words
        if word.start_ms >= begins
    )
    return np.ascontiguousarray(decoded[begins * 8 : turn.words[-1].end_ms * 8, 1:2]), words


if __name__ == "__main__":
    main()
