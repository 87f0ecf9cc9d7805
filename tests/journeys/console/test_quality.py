"""A drawn call from its two blind readers to the leak rate, in a real browser."""

from __future__ import annotations

import pytest

from pipeline.model.user import Role
from pipeline.store.quality_samples import list_samples
from tests.browser import SCHEMES, WIDTHS, serving, window
from tests.webhooks.review.quality_desk import Desk, Seat, a_desk
from webhooks.app import create_app
from webhooks.pages.who import cookie_name

CANARIES = (b"canaryname", b"5551234")


@pytest.fixture
def here(database, tenant, tmp_path):
    """The app at an address of this machine, with two drawn calls."""
    opened = a_desk(database, tenant, tmp_path, calls=2, base="http://127.0.0.1")
    with opened as desk, serving(create_app(desk.context)) as base:
        yield desk, base


def at(here: tuple[Desk, str], browser, seat: Seat, **how):
    desk, base = here
    name = cookie_name(desk.context)
    cookie = {
        "name": name, "value": seat.cookie["cookie"].removeprefix(f"{name}="), "domain": "127.0.0.1", "path": "/",
        "expires": -1, "httpOnly": True, "secure": False, "sameSite": "Lax",
    }  # fmt: skip
    return window(browser, base, storage_state={"cookies": [cookie], "origins": []}, **how)


def finish(page, *, wrong: bool) -> None:
    """Say of each hidden place what it is, and finish."""
    page.locator("fieldset", has_text="PERSON_1").get_by_label(
        "not personal" if wrong else "personal", exact=True
    ).check()
    page.locator("fieldset", has_text="PHONE_NUMBER_1").get_by_label("personal", exact=True).check()
    page.get_by_label("I read the whole call.").check()
    page.get_by_role("button", name="Finish").click()
    page.get_by_role("heading", name="Quality: calls to read").wait_for()


def test_two_read_a_call_a_third_settles_it_and_the_leak_rate_is_drawn(here, browser):
    desk, _ = here
    with at(here, browser, desk.seat("ada", Role.REVIEWER)) as ada:
        page = ada.go("/review/quality")
        page.get_by_role("button", name="Take the next call").click()
        page.locator(".word", has_text="name").check()
        page.get_by_label("They are").select_option("PIN")
        page.get_by_role("button", name="Mark the chosen words").click()
        page.locator("mark", has_text="PIN").wait_for()
        assert not any(canary in page.content().encode() for canary in CANARIES)
        finish(page, wrong=True)
        assert ada.complaints == []
    with at(here, browser, desk.seat("ben", Role.REVIEWER)) as ben:
        page = ben.go("/review/quality")
        page.get_by_role("button", name="Take the next call").click()
        finish(page, wrong=False)
        assert ben.complaints == []
    with at(here, browser, desk.seat("cat", Role.PRIVILEGED_REVIEWER, Role.TENANT_ADMIN)) as cat:
        page = cat.go("/review/quality/disputes")
        page.get_by_role("link", name="qsm_").click()
        page.get_by_label("personal", exact=True).check()
        page.get_by_label("One reader:").check()
        page.get_by_label("Why").fill("heard it")
        page.get_by_role("button", name="Settle").click()
        page.get_by_text("Nothing is to be settled.").wait_for()
        page = cat.go("/review/quality/results")
        page.get_by_text("1 of 3 personal places were not hidden, in 1 calls.").wait_for()
        assert page.get_by_role("img", name="Leak rate of PIN").is_visible()
        assert cat.complaints == []


def test_every_page_of_quality_is_readable_and_within_its_width(here, browser):
    desk, _ = here
    seat = desk.seat("cat", *Role)
    desk.seat("ada", Role.REVIEWER).reads(wrong=(0,), marks=(desk.mark,))
    desk.seat("ben", Role.REVIEWER).reads()
    reading = seat.takes()
    with desk.line.tx() as tx:
        (disputed,) = list_samples(tx, state="disputed")
    home = "/review/quality"
    pages = (home, reading, f"{home}/results", f"{home}/disputes", f"{home}/disputes/{disputed.id}")
    found = {}
    for scheme in SCHEMES:
        with at(here, browser, seat, scheme=scheme) as watched:
            for path in pages:
                watched.page.goto(watched.base + path)
                for width in WIDTHS:
                    watched.page.set_viewport_size({"width": width, "height": 900})
                    if watched.overflows():
                        found[path, width] = "wider than its window"
                if barriers := watched.sees_no_barrier():
                    found[path, scheme] = barriers
            assert watched.complaints == []
    assert found == {}
