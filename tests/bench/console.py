"""What reviewers wait for: the page of a call of one hour, and the queue of 100,000 lines.

`python -m tests.bench.console [--rows 100000]`. The call is one that the pipeline captured, redacted and verified
(its words are scripted, its sound is noise); its page is opened in Chromium from an empty cache. The queue is read
through the application's door with the real PostgreSQL. Browser, server and database share the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import soundfile

from pipeline.model.queue_item import ME, read_filter
from pipeline.model.risk import ConsentSign
from pipeline.model.transcript import Transcript, Utterance, Word
from pipeline.model.user import Role
from pipeline.redaction.audio import describe
from pipeline.steps.assess_risk import assess_risk
from pipeline.store.migrations import migrate
from pipeline.store.review_queue import read_queue
from pipeline.store.session import Database
from pipeline.vendors.embedded_postgres import EmbeddedPostgres
from pipeline.vendors.key_file import FileKeys
from tests.browser import chromium, serving, window
from tests.conftest import APP_ROLE, MovableClock, make_tenant
from tests.fakes import NotedQueue
from tests.filled_tenant import Filled, web_context
from tests.line import Line
from tests.pipeline.workflows.house_of_fakes import DeafListener, Log, ScriptedTranscriber, scripted_context
from tests.queue_items import a_line
from tests.roles import beside
from tests.webhooks.crawling import Door
from webhooks.pages.who import cookie_name

BASE = "http://127.0.0.1"
TURN_MS, TURNS, ROUNDS = 4000, 890, 5
TALK = "so what I would like to know is this"
STEPS = ("settle_consent", "capture", "transcribe", "detect", "redact_audio", "redact_text", "decide", "publish")
FILTERS = (
    "", "risk=60", "days=7", "entity=CREDIT_CARD", "consent=declined", "mark=hidden", "assignee=nobody", "assignee=me",
    "order=age", "state=closed", "risk=40&entity=PERSON&consent=granted", "days=30&order=age", "state=any&risk=80",
)  # fmt: skip
_READY = """
new MutationObserver(() => {
  if (document.querySelector("#player[data-ready=yes]")) window.readyAt ??= performance.now();
}).observe(document, { subtree: true, childList: true, attributes: true });
"""


class Talker(ScriptedTranscriber):
    """Hears an hour of two people in turns; every second turn names somebody or a number."""

    def transcribe(self, audio: bytes, *, language: str) -> Transcript:
        """Hear it."""
        spoken: tuple[list[Utterance], list[Utterance]] = ([], [])
        for turn in range(TURNS):
            said, begun = _said(turn), _begun_ms(turn)
            spoken[turn % 2].append(
                Utterance(
                    channel=turn % 2,
                    words=tuple(
                        Word(text=word, channel=turn % 2, start_ms=begun + 300 * at, end_ms=begun + 300 * at + 250)
                        for at, word in enumerate(said)
                    ),
                )
            )
        return Transcript(
            engine="scripted", model="1", language=language, duration_ms=describe(audio).duration_ms,
            channels=(tuple(spoken[0]), tuple(spoken[1])),
        )  # fmt: skip


class Listener(DeafListener):
    """Makes out the words between, and none of those that are silenced."""

    def transcribe(self, audio: bytes, *, language: str) -> Transcript:
        """Hear it."""
        facts, talk = describe(audio), TALK.split()
        channels = [
            Utterance(
                channel=channel,
                words=tuple(
                    Word(text=talk[at // 300 % len(talk)], channel=channel, start_ms=at, end_ms=at + 250)
                    for at in range(0, facts.duration_ms - 250, 300)
                ),
            )
            for channel in range(facts.channels)
        ]
        return Transcript(
            engine="listener", model="1", language=language, duration_ms=facts.duration_ms,
            channels=tuple((one,) for one in channels),
        )  # fmt: skip


def _said(turn: int) -> list[str]:
    told = ("", "canaryname", "", "5551234")[turn % 4]
    return f"{TALK} {told} {turn}".split()


def _begun_ms(turn: int) -> int:
    return 3000 + turn * TURN_MS


def _sound() -> bytes:
    """Noise where somebody speaks, on their channel."""
    noise = np.random.default_rng(1)
    sound = np.zeros((3600 * 8000, 2), dtype=np.int16)
    for turn in range(TURNS):
        begun, long = _begun_ms(turn) * 8, len(_said(turn)) * 300 * 8
        sound[begun : begun + long, turn % 2] = noise.integers(-3000, 3000, long, dtype=np.int16)
    out = io.BytesIO()
    soundfile.write(out, sound, 8000, format="WAV", subtype="PCM_16")
    return out.getvalue()


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="how many lines the queue has")
    rows = parser.parse_args().rows
    with _house() as (house, owner_dsn):
        _bench_call(house)
        _bench_queue(house, owner_dsn, rows)


def _bench_call(house: Filled) -> None:
    line = house.line
    talks = Talker(Log(line.folder / "vendor.log"))  # type: ignore[operator]  # a folder all the same
    made = line.with_parts(transcribers={"local": talks}, listener=Listener())
    recording = made.through(made.record(audio=_sound()), *STEPS)
    assess_risk(line.context, line.owner.id, recording.id)
    seat, cookie = house.seat("ada", Role.REVIEWER), cookie_name(house.context)
    seen = []
    with serving(house.app) as base, chromium() as browser:
        for at in range(ROUNDS + 1):
            with window(browser, base, width=1600) as watched:
                watched.page.context.add_cookies(
                    [{"name": cookie, "value": seat.cookie.removeprefix(f"{cookie}="), "url": base}]
                )
                found = _opened(watched.page, f"{base}/review/recordings/{recording.id}")
                seen += [found] if at else []  # the first time the server opens the sound
                assert watched.complaints == []
    middle = {key: statistics.median(one[key] for one in seen) for key in seen[0]}
    print(
        f"call of one hour: {middle['words']:,.0f} words, {middle['findings']:,.0f} findings; "
        f"first byte {middle['first']:.0f} ms, parsed {middle['parsed']:.0f} ms, interactive {middle['ready']:.0f} ms "
        f"(worst {max(one['ready'] for one in seen):.0f}); "
        f"{middle['bytes'] / 1000:.0f} kB compressed without sound ({middle['page'] / 1000:.0f} of them the page)",
        flush=True,
    )


def _opened(page: Any, address: str) -> dict[str, float]:
    sizes: dict[str, int] = {}
    names: dict[str, str] = {}
    spy = page.context.new_cdp_session(page)
    spy.send("Network.enable")
    spy.on("Network.responseReceived", lambda told: names.__setitem__(told["requestId"], told["response"]["url"]))
    spy.on("Network.loadingFinished", lambda told: sizes.__setitem__(told["requestId"], told["encodedDataLength"]))
    page.add_init_script(_READY)
    page.goto(address)
    page.locator("#player[data-ready=yes]").wait_for()
    page.locator("[data-finding]").first.wait_for()
    page.wait_for_timeout(200)
    told = page.evaluate("performance.getEntriesByType('navigation')[0].toJSON()")
    by_name = {names[key]: size for key, size in sizes.items() if not names[key].endswith("sound.wav")}
    return {
        "ready": page.evaluate("readyAt"), "first": told["responseStart"], "parsed": told["domInteractive"],
        "bytes": sum(by_name.values()), "page": by_name[address],
        "words": page.locator(".w").count(), "findings": len({*page.evaluate(_KEYS)}),
    }  # fmt: skip


_KEYS = "[...document.querySelectorAll('.w[data-key]')].map((node) => node.dataset.key)"


def _bench_queue(house: Filled, owner_dsn: str, rows: int) -> None:
    line = house.line
    with line.tx() as tx:
        first = a_line(tx, line.context.vault.keys)
    with psycopg.connect(owner_dsn, autocommit=True) as owner:
        told = {
            "tenant": line.owner.id,
            "first": first,
            "rows": rows - 1,
            "signs": [sign.value for sign in ConsentSign],
        }
        owner.execute(_COPY_RECORDINGS, told)
        owner.execute(_COPY_LINES, told)
        owner.execute("analyze")  # as the server does by itself some time after so many rows came in
    seat, door = house.seat("ada", Role.REVIEWER), Door(house.app, house.context.database, base=BASE)
    taken: dict[str, list[float]] = {}
    works: list[float] = []

    async def ask(query: str, at: str) -> None:
        begun, worked = time.perf_counter(), time.process_time()
        answer = await door.ask("GET", f"/review?{query}&after={at}", cookie=seat.cookie)
        taken.setdefault(query, []).append((time.perf_counter() - begun) * 1000)
        works.append((time.process_time() - worked) * 1000)
        assert answer.status == 200, query

    async def walk() -> None:
        await ask("", "")
        taken.clear()
        for query in FILTERS:
            for at in _cursors(line, query):
                for _ in range(ROUNDS):
                    await ask(query, at)

    asyncio.run(walk())
    every = sorted(one for times in taken.values() for one in times)
    worst = max(taken, key=lambda query: statistics.median(taken[query]))
    print(
        f"queue of {rows:,} lines: {len(every)} pages, {len(FILTERS)} filters; "
        f"median {statistics.median(every):.0f} ms, 95th percentile {every[int(len(every) * 0.95)]:.0f} ms, "
        f"worst {every[-1]:.0f} ms; of the median page {statistics.median(works):.0f} ms are the app's own work; "
        f"slowest filter {worst or 'none'}: {statistics.median(taken[worst]):.0f} ms"
    )


def _cursors(line: Line, query: str) -> list[str]:
    """Give where some pages of a filter begin: the first, and those after it, far ones among them."""
    wanted = read_filter(dict(part.split("=") for part in query.split("&") if part))
    if wanted.assignee == ME:
        wanted = replace(wanted, assignee="user:ada")
    found: list[str] = [""]
    with line.tx() as tx:
        for limit in (50, 50, 5000):
            page = read_queue(tx, wanted, cursor=found[-1] or None, limit=limit)
            if page.cursor is None:
                break
            found.append(page.cursor)
    return found


_COPY_RECORDINGS = """
insert into earmark.recordings select (jsonb_populate_record(r, jsonb_build_object(
  'id', 'rec_' || lpad(n::text, 26, '0'), 'recording_sid', 'RE' || lpad(n::text, 32, '0')))).*
from earmark.recordings r, generate_series(1, %(rows)s) n where r.tenant = %(tenant)s and r.id = %(first)s
"""
_COPY_LINES = """
insert into earmark.review_items (id, tenant, recording_id, state, risk, reasons, opened_at, points, marks,
  entity_types, entities, consent, policy_digest, assignee, version)
select 'rvi_' || lpad(n::text, 26, '0'), i.tenant, 'rec_' || lpad(n::text, 26, '0'),
  (array['open', 'open', 'open', 'claimed', 'closed', 'escalated'])[1 + n %% 6], (n * 37) %% 101, i.reasons,
  i.opened_at - n * interval '41 seconds', i.points, i.marks,
  case n %% 4 when 0 then array['PERSON'] when 1 then array['CREDIT_CARD', 'PERSON'] when 2 then array['PHONE_NUMBER']
    else array[]::text[] end,
  n %% 9, (%(signs)s::text[])[1 + n %% cardinality(%(signs)s::text[])], i.policy_digest,
  case when n %% 6 = 3 then 'user:ada' end, 1
from earmark.review_items i, generate_series(1, %(rows)s) n where i.tenant = %(tenant)s and i.recording_id = %(first)s
"""


@contextmanager
def _house() -> Iterator[tuple[Filled, str]]:
    server = EmbeddedPostgres(Path(tempfile.mkdtemp(prefix="earmark-postgres-")) / "data")
    server.start()
    server.create_database("console")
    migrate(server.url("console"), app_role=APP_ROLE)
    try:
        with tempfile.TemporaryDirectory(prefix="earmark-console-") as name:
            folder, database = Path(name), Database(beside(server.url("console", user=APP_ROLE)), clock=MovableClock())
            keys = FileKeys(folder / "keys")
            owner = make_tenant(database, keys, "northwind", topology="voicemail", establishment=("US-NY",))
            line = Line(context=scripted_context("", folder, database=database), owner=owner, folder=folder)
            queue = NotedQueue()
            yield (
                Filled(line=line, context=web_context(line, queue, public_base=BASE), queue=queue),
                server.dsn("console"),
            )
            database.close()
    finally:
        server.stop()


if __name__ == "__main__":
    main()
