"""A reviewer's whole work on a redaction in a real browser: confirm, correct, compare, approve; and a reveal by two."""

from __future__ import annotations

import pytest

from pipeline.model.user import Role
from tests.browser import SCHEMES, WIDTHS, serving, window
from tests.webhooks.conftest import stage as stage  # the app that a desk stands on
from tests.webhooks.review.conftest import desk as desk
from tests.webhooks.review.conftest import line as line
from webhooks.pages.who import cookie_name

TRUSTED = Role.PRIVILEGED_REVIEWER


def seat(watched, desk) -> None:
    """Whoever sits at the desk sits before this window."""
    cookie = {"name": cookie_name(desk.context), "value": desk.cookie, "url": watched.base}
    watched.page.context.add_cookies([cookie])


@pytest.fixture
def base(desk):
    with serving(desk.client.app) as address:
        yield address


def test_a_reviewer_confirms_adds_compares_and_approves(browser, base, desk, clock):
    with window(browser, base) as watched:
        seat(watched, desk)
        page = watched.go(f"/review/recordings/{desk.recording.id}/findings")
        page.get_by_role("button", name="Confirm PERSON_1").click()
        page.get_by_text("1 open finding").wait_for()
        assert "<html" in page.content()
        page.evaluate(
            "document.dispatchEvent(new CustomEvent('earmark:selected',"
            " {detail: {channel: 0, startMs: 5000.4, endMs: 5149.2}}))"
        )
        assert page.get_by_label("From (m:s)").input_value() == "0:05.000"
        assert page.get_by_label("To (m:s)").input_value() == "0:05.150"
        page.get_by_label("What it is").select_option("LOCATION")
        page.get_by_role("button", name="Hide it in the next version").click()
        page.get_by_text("is rendered soon").wait_for()
        desk.work_off(clock, 11)
        watched.go(f"/review/recordings/{desk.recording.id}/versions")
        page.get_by_text("From version 1 to version 2").wait_for()
        watched.go(f"/review/recordings/{desk.recording.id}/findings")
        page.get_by_role("button", name="Approve").click()
        page.get_by_text("approved").first.wait_for()
        assert watched.complaints == []
        assert not any(word in page.content() for word in ("canaryname", "5551234", "thanks"))


def test_a_finding_is_called_not_personal_by_keyboard_alone(browser, base, desk):
    with window(browser, base, java_script_enabled=False) as watched:
        seat(watched, desk)
        page = watched.go(f"/review/recordings/{desk.recording.id}/findings")
        page.locator("summary", has_text="PERSON_1").press("Enter")
        page.locator("#code-" + desk.key("PERSON_1").replace(".", "\\.")).select_option("company")
        page.get_by_role("button", name="Show it in the next version").first.press("Enter")
        page.get_by_role("cell", name="is rendered soon").wait_for()
        assert watched.complaints == []


@pytest.mark.parametrize(("width", "scheme"), [(WIDTHS[0], SCHEMES[0]), (WIDTHS[-1], SCHEMES[1])])
def test_every_page_of_it_is_readable_and_within_its_width(browser, base, desk, clock, width, scheme):
    desk.sign_in("ada", TRUSTED)
    key = desk.key("PERSON_1")
    desk.post(f"findings/{key}", version="1", kind="confirm")
    desk.post("missed", version="1", type="PIN", channel="0", start="0:05", end="0:05.150")
    desk.work_off(clock, 11)
    desk.post(f"findings/{desk.key('PIN_1')}", version="2", kind="not_personal", code="other", reason="a sum")
    desk.post("reveals", finding=key, purpose="fraud", reason="is it one person")
    desk.sign_in("bob", TRUSTED)
    own = f"/review/recordings/{desk.recording.id}"
    paths = (
        f"{own}/findings",
        f"{own}/versions",
        f"{own}/reveals?finding={key}",
        "/review/second",
        "/review/reveals",
        "/review/bulk?type=PHONE_NUMBER",
    )
    with window(browser, base, width=width, scheme=scheme) as watched:
        seat(watched, desk)
        for path in paths:
            watched.go(path)
            assert (path, watched.sees_no_barrier(), watched.overflows()) == (path, [], False)
        assert watched.complaints == []


def test_what_is_revealed_stands_under_a_watermark_and_can_be_heard(browser, base, desk):
    desk.sign_in("ada", TRUSTED)
    desk.post("reveals", finding=desk.key("PERSON_1"), purpose="fraud", reason="is it one person")
    desk.sign_in("bob", TRUSTED)
    with window(browser, base) as watched:
        seat(watched, desk)
        page = watched.go("/review/reveals")
        page.get_by_role("button", name="Allow for five minutes").click()
        page.get_by_text("Nobody asks for a reveal").wait_for()
        seat(watched, desk.sign_in("ada", TRUSTED))
        watched.go(f"/review/recordings/{desk.recording.id}/reveals")
        page.get_by_role("button", name="Show it now").click()
        page.locator("mark", has_text="canaryname").wait_for()
        assert page.locator(".watermark", has_text="user:ada").count() == 2
        heard = page.evaluate(
            "(async () => { const a = document.querySelector('audio'); a.muted = true; await a.play();"
            " return a.duration; })()"
        )
        assert heard == pytest.approx(0.15, abs=0.01)
        assert watched.sees_no_barrier() == []
        assert watched.complaints == []
