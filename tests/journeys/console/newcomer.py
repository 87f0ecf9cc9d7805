"""What somebody does who has never seen the console, each step a picture: `make newcomer PICTURES=folder`.

From an empty system to the first reviewed call, and from "keep recordings 30 days" to seeing it enforced. Every click,
every field that is filled in and every button counts as one, and each is told; a journey takes at most 15, or this
fails. Each person begins at the address that they were given, which names them. Calls come from a vendor that is
played, and are worked on by the real steps.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi.testclient import TestClient
from playwright.sync_api import Browser, Locator, Page, expect

from pipeline.decisions.tenants import take_on
from pipeline.decisions.users import take_on_user
from pipeline.model.ids import TenantId
from pipeline.model.tenant import Tenant, TenantSecrets, TenantSettings
from pipeline.model.user import Role
from pipeline.ports.telephony import VendorNumber
from pipeline.steps.assess_risk import assess_risk
from pipeline.steps.retention import run_retention
from pipeline.store.migrations import migrate
from pipeline.store.recordings import get_recording
from pipeline.store.session import Database
from pipeline.store.tenants import get_tenant
from pipeline.vendors.embedded_postgres import EmbeddedPostgres
from tests.browser import chromium, serving, window
from tests.conftest import APP_ROLE, MovableClock
from tests.corrections import SPOKEN
from tests.disposal import WHOLE
from tests.fakes import NotedQueue
from tests.filled_tenant import web_context
from tests.line import Line
from tests.pipeline.workflows.house_of_fakes import Log, ScriptedTranscriber, scripted_context, two_voices
from tests.roles import beside
from tests.webhooks.conftest import NEW_YORK, Twilio
from tests.webhooks.twilio.test_news import a_callback
from webhooks.app import create_app

MOST = 15
BASE = "http://127.0.0.1"
NUMBER, ACCOUNT, TOKEN = "+12125550177", "AC" + "7" * 32, "t" * 32
TENANT = TenantId("northwind")
PASSWORD = "a sentence that nobody else says"


class Vendor(Twilio):
    """Signs over the address of this machine."""

    def post(self, target: str, fields: dict[str, str], *, token: str = "", base: str = BASE):
        """Post a signed form."""
        return super().post(target, fields, token=token, base=base)


@dataclass(kw_only=True)
class Steps:
    """One person's window: notes whatever they do, and takes a picture after each click."""

    page: Page
    folder: Path
    journey: str
    done: list[str]
    """Every click, every field that is filled in, every sending; shared by those who go one journey."""

    def click(self, role: str, name: str) -> None:
        """Click a link or a button."""
        self._press(f"click {name!r}", self.page.get_by_role(role, name=name).first)

    def send(self, button: str, **fields: str) -> None:
        """Fill a form in, and send it."""
        for name, value in fields.items():
            field = self.page.locator(f"main form [name={name}]").first
            if value == "on":
                field.check()
            elif field.evaluate("node => node.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
            self.done.append(f"fill in {name}")
        self._picture("filled")
        self._press(f"press {button!r}", self.page.get_by_role("button", name=button, exact=True).first)

    def sees(self, text: str) -> None:
        """What the person expects to read."""
        expect(self.page.get_by_text(text).first).to_be_visible()

    def _press(self, what: str, place: Locator) -> None:
        place.click()
        self.page.wait_for_load_state("networkidle")
        self.done.append(what)
        self._picture("after")

    def _picture(self, when: str) -> None:
        # Hiding the caret would write styles into fields, which the page's own rules forbid.
        path = self.folder / f"{self.journey}-{len(self.done):02}-{when}.png"
        self.page.screenshot(path=path, caret="initial", full_page=True)


@dataclass(frozen=True, kw_only=True)
class House:
    """An installation with one tenant that was just taken on."""

    line: Line
    client: TestClient
    base: str
    clock: MovableClock
    passwords: dict[str, str]

    def rings(self, recording_sid: str) -> None:
        """Somebody calls, agrees, talks and hangs up; what was recorded is worked on."""
        with self.line.tx() as tx:
            owner = get_tenant(tx, keys=self.line.context.vault.keys)
        call = Vendor(self.client, owner)
        call.follow(call.ring(NEW_YORK, To=NUMBER))
        (self.line.folder / "vendor" / recording_sid).write_bytes(two_voices())  # type: ignore[operator]  # a folder
        told = a_callback(call, recording_sid, "completed", RecordingDuration="6")
        assert call.post(call.path("recording"), told).status_code == 204
        queue: NotedQueue = self.client.app.state.context.queue  # type: ignore[attr-defined]  # the application's own
        recording = queue.enqueued[-1][1]
        with self.line.tx() as tx:
            found = get_recording(tx, recording)
        self.line.through(found, *WHOLE, "publish")
        assess_risk(self.line.context, TENANT, recording)

    def night(self, days: int) -> None:
        """So many days pass, and the night's run is done."""
        self.clock.move(days=days)
        run_retention(self.line.context, TENANT)


def first_call(house: House, steps: Steps) -> None:
    """From an empty system to the first reviewed call."""
    steps.page.goto(_begins_at(house, "ada", is_first=True))
    steps.send("Sign in", password=house.passwords["ada"], new=PASSWORD)
    steps.send("Connect", account_sid=ACCOUNT, auth_token=TOKEN)
    choices = {"topology": "voicemail", "establishment": "US-NY", "contract": "DPA-2026-014"}
    steps.send("Arm it, and record calls like this, with consent", **choices, name="Ada Larsen", agreed="on")
    steps.sees("The number is armed")
    house.rings("RE" + "5" * 32)
    steps.click("link", "Look at the first call")
    steps.click("button", "Confirm the 2 open ones shown")
    steps.sees("0 open findings")
    steps.click("button", "Approve")
    steps.sees("approved")
    steps.sees("Next call")


def thirty_days(house: House, ben: Steps, ada: Steps) -> None:
    """From "keep recordings 30 days" to seeing it enforced; who edits settings does not put them in force."""
    ben.page.goto(_begins_at(house, "ben", is_first=True))
    ben.send("Sign in", password=house.passwords["ben"], new=PASSWORD)
    ben.click("link", "Retention")
    ben.send("Save and submit for a decision", **{"'days:recording.original'": "30"})
    ada.click("link", "Settings")
    ada.click("link", "Look at them")
    ada.click("button", "Activate")
    ada.sees("It is in force.")
    house.rings("RE" + "6" * 32)
    house.night(31)
    ada.page.goto(_begins_at(house, "ada"))
    ada.send("Sign in", password=PASSWORD)
    ada.click("link", "Operations")
    ada.click("link", "purge_")
    ada.sees("Every signature holds")


def _begins_at(house: House, login: str, *, is_first: bool = False) -> str:
    """The address that somebody is given, with their one-time password at first."""
    return f"{house.base}/sign-in?organisation={TENANT}&login={login}{'&first=1' if is_first else ''}"


def main() -> None:
    """Do both, and tell whatever was done."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="earmark-newcomer-"))
    folder.mkdir(parents=True, exist_ok=True)
    with chromium() as browser, _house() as house, _window(browser, house, folder, "first-call") as ada:
        first_call(house, ada)
        _tell("from an empty system to the first reviewed call", ada.done)
        ada.journey, ada.done = "thirty-days", []
        with _window(browser, house, folder, "thirty-days") as ben:
            ben.done = ada.done
            thirty_days(house, ben, ada)
        _tell("from keeping recordings 30 days to seeing it enforced", ada.done)
    print(f"pictures: {folder}")


def _tell(journey: str, done: list[str]) -> None:
    print(f"{journey}: {len(done)}", *(f"  {at}. {what}" for at, what in enumerate(done, 1)), sep="\n")
    assert len(done) <= MOST, f"{len(done)} are more than {MOST}"


@contextmanager
def _window(browser: Browser, house: House, folder: Path, journey: str) -> Iterator[Steps]:
    with window(browser, house.base, width=1280) as watched:
        yield Steps(page=watched.page, folder=folder, journey=journey, done=[])
        assert watched.complaints == [], watched.complaints


@contextmanager
def _house() -> Iterator[House]:
    with ExitStack() as stack:
        server = EmbeddedPostgres(Path(tempfile.mkdtemp(prefix="earmark-postgres-")) / "data")
        server.start()
        stack.callback(server.stop)
        server.create_database("newcomer")
        migrate(server.url("newcomer"), app_role=APP_ROLE)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="earmark-newcomer-")))
        clock = MovableClock()
        database = Database(beside(server.url("newcomer", user=APP_ROLE)), clock=clock)
        stack.callback(database.close)
        yield _furnished(stack, folder, database, clock)


def _furnished(stack: ExitStack, folder: Path, database: Database, clock: MovableClock) -> House:
    parts = scripted_context("", folder, database=database)
    talks = ScriptedTranscriber(Log(folder / "vendor.log"), caller=SPOKEN)
    new = Tenant(
        id=TENANT, display_name="Northwind", policy_id="nejix", account_sid=None, settings=TenantSettings(),
        secrets=TenantSecrets(),
    )  # fmt: skip
    take_on(parts.vault, new, actor="cli")
    with database.transaction(TENANT) as tx:
        _, first = take_on_user(tx, "ada", list(Role), actor="cli")
        _, second = take_on_user(tx, "ben", [Role.SETTINGS_EDITOR], actor="cli")
    line = Line(context=parts, owner=new, folder=folder).with_parts(transcribers={"local": talks})
    context = web_context(line, NotedQueue(), public_base=BASE)
    context.telephony.numbers["PN" + "1" * 32] = VendorNumber(number=NUMBER, number_sid="PN" + "1" * 32, urls=None)
    app = create_app(context)
    base = stack.enter_context(serving(app))
    client = TestClient(app, base_url=BASE)
    return House(line=line, client=client, base=base, clock=clock, passwords={"ada": first, "ben": second})


if __name__ == "__main__":
    main()
