"""Every page of a filled tenant, at every width and in both schemes: `make sweep PICTURES=folder` writes pictures.

What a page is, is asked of the application itself, so a new page is among them by itself. Only some, by a part of their
address: `make sweep PICTURES=folder ONLY=keeping,provider`.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser

from pipeline.decisions.identity_provider import link_identity, set_provider
from pipeline.decisions.users import take_on_user
from pipeline.model.artifact import ArtifactKind
from pipeline.model.identity import checked_provider
from pipeline.model.risk import ConsentSign
from pipeline.model.user import Role
from pipeline.steps.context import shelf_of
from pipeline.steps.decide import decide_artifacts
from pipeline.store.migrations import migrate
from pipeline.store.session import Database
from pipeline.vendors.embedded_postgres import EmbeddedPostgres
from pipeline.vendors.key_file import FileKeys
from tests.browser import SCHEMES, WIDTHS, Watched, chromium, serving, window
from tests.conftest import APP_ROLE, MovableClock, make_tenant
from tests.filled_tenant import OWNER, Filled, fill
from tests.line import Line
from tests.pipeline.workflows.house_of_fakes import scripted_context
from tests.queue_items import a_line
from tests.roles import beside
from tests.webhooks.crawling import Door, ways
from webhooks.pages.who import cookie_name

BASE = "http://127.0.0.1"
_KINDS = (
    ("PERSON",), ("CREDIT_CARD", "PERSON"), ("PHONE_NUMBER", "STREET_ADDRESS"), ("US_SSN",),
    ("EMAIL_ADDRESS", "PERSON"),
)  # fmt: skip


def furnish(database: Database, folder: Path, *, lines: int = 12) -> Filled:
    """Fill a tenant, with some weeks of calls before its reviewers."""
    clock: MovableClock = database._clock  # type: ignore[assignment]  # the test's own
    owner = make_tenant(
        database, FileKeys(folder / "keys"), "northwind", topology="voicemail", establishment=("US-NY",)
    )  # fmt: skip
    line = Line(context=scripted_context("", folder, database=database), owner=owner, folder=folder)
    ends = clock.at
    _kept_long(line, clock)
    house = fill(line, public_base=BASE)
    _linked(line)
    for number in range(lines):
        clock.at = ends.replace(day=ends.day - 1 - number % 13)
        with line.tx() as tx:
            a_line(
                tx, line.context.vault.keys, risk=(number * 37) % 95, types=_KINDS[number % len(_KINDS)],
                consent=tuple(ConsentSign)[number % len(ConsentSign)],
            )  # fmt: skip
    clock.at = ends
    return house


def _kept_long(line: Line, clock: MovableClock) -> None:
    """Have something from more than a year ago whose keeping must be justified again."""
    ends = clock.at
    clock.at = ends - timedelta(days=400)
    recording = line.record()
    line.context.vault.keep(shelf_of(recording), ArtifactKind.CALL_METADATA, b"{}")
    decide_artifacts(line.context, line.owner.id, recording.id)
    clock.at = ends


def _linked(line: Line) -> None:
    """Have an identity provider, and somebody who comes in by it."""
    keys = line.context.vault.keys
    with line.tx() as tx:
        take_on_user(tx, "dana", [Role.REVIEWER], actor="test", has_password=False)
        provider = checked_provider("https://login.northwind.example", "earmark", "s" * 40)
        set_provider(tx, provider, keys=keys, actor="test")
        link_identity(tx, "dana", "248289761001", keys=keys, actor="test")


def pages(house: Filled) -> list[str]:
    """List the addresses that are answered with a page to somebody who may see everything."""
    app, seat = house.app, house.seat(OWNER)
    door = Door(app, house.context.database, base=BASE)

    async def found() -> list[str]:
        asked = [way.at(house.ids) for way in ways(app) if way.method == "GET" and not way.path.startswith("/api/")]
        answers = [(path, await door.ask("GET", path, cookie=seat.cookie)) for path in dict.fromkeys(asked)]
        return [
            path
            for path, answer in answers
            if answer.status == 200 and answer.headers.get("content-type", "").startswith("text/html")
            if "attachment" not in answer.headers.get("content-disposition", "")
        ]

    return asyncio.run(found())


@contextmanager
def watching(browser: Browser, base: str, house: Filled, *, width: int, scheme: str) -> Iterator[Watched]:
    """Open a window of the filled tenant's own person."""
    name = cookie_name(house.context)
    cookie = {
        "name": name, "value": house.seat(OWNER).cookie.removeprefix(f"{name}="), "domain": "127.0.0.1", "path": "/",
        "expires": -1, "httpOnly": True, "secure": False, "sameSite": "Lax",
    }  # fmt: skip
    with window(
        browser, base, width=width, scheme=scheme, storage_state={"cookies": [cookie], "origins": []}
    ) as watched:
        yield watched


def look(watched: Watched, path: str, picture: Path | None = None, *, is_brief: bool = False) -> list[str]:
    """Open a page and name what is wrong with it; in brief without looking for barriers, which takes longest."""
    watched.page.goto(watched.base + path)
    watched.page.wait_for_load_state("load")
    if picture is not None:
        watched.page.wait_for_load_state("networkidle")
        watched.page.screenshot(path=picture, full_page=True)
    wrong = [*([] if is_brief else watched.sees_no_barrier()), *watched.complaints]
    watched.complaints.clear()
    return [f"{path}: {text}" for text in (*wrong, *(["wider than its window"] if watched.overflows() else []))]


def main() -> None:
    """Look at everything."""
    pictures = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    only = sys.argv[2].split(",") if len(sys.argv) > 2 else []
    if pictures is not None:
        pictures.mkdir(parents=True, exist_ok=True)
    server = EmbeddedPostgres(Path(tempfile.mkdtemp(prefix="earmark-postgres-")) / "data")
    server.start()
    try:
        server.create_database("sweep")
        migrate(server.url("sweep"), app_role=APP_ROLE)
        with tempfile.TemporaryDirectory(prefix="earmark-sweep-") as folder:
            database = Database(beside(server.url("sweep", user=APP_ROLE)), clock=MovableClock())
            wrong = _sweep(furnish(database, Path(folder)), pictures, only=tuple(filter(None, only)))
            database.close()
    finally:
        server.stop()
    print(*wrong, sep="\n")
    sys.exit(bool(wrong))


def _sweep(house: Filled, pictures: Path | None, *, only: tuple[str, ...] = ()) -> list[str]:
    wrong, listed = [], [path for path in pages(house) if not only or any(part in path for part in only)]
    with serving(house.app) as base, chromium() as browser:
        for width in WIDTHS:
            for scheme in SCHEMES:
                with watching(browser, base, house, width=width, scheme=scheme) as watched:
                    for path in listed:
                        picture = pictures and pictures / f"{_name(house, path)}.{width}.{scheme}.png"
                        wrong += [f"{width} {scheme} {text}" for text in look(watched, path, picture)]
    print(f"{len(listed)} pages, {len(WIDTHS)} widths, {len(SCHEMES)} schemes")
    return wrong


def _name(house: Filled, path: str) -> str:
    return re.sub(r"[a-z]+_[0-9a-z]{26}", "one", path).strip("/").replace("/", "-")[:60] or "start"


if __name__ == "__main__":
    main()
