"""The queue and a call in a real browser: found, claimed, heard, read, narrowed, by mouse and by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from pipeline.model.artifact import ArtifactKind
from pipeline.steps.assess_risk import assess_risk
from pipeline.store.decisions import find_decision
from tests.browser import SCHEMES, WIDTHS, serving, window
from tests.webhooks.conftest import stage as stage  # the app that a desk stands on
from tests.webhooks.review.conftest import desk as desk
from tests.webhooks.review.conftest import line as line
from webhooks.pages.who import cookie_name


@pytest.fixture
def base(desk):
    assess_risk(desk.line.context, desk.line.owner.id, desk.recording.id)
    with serving(desk.client.app) as address:
        yield address


def seat(watched, desk) -> None:
    """Whoever sits at the desk sits before this window."""
    cookie = {"name": cookie_name(desk.context), "value": desk.cookie, "url": watched.base}
    watched.page.context.add_cookies([cookie])


def less_sure(route) -> None:
    """Let the first finding of a call be one of which nobody is sure."""
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.text().replace('"score": 1.0', '"score": 0.4', 1))


def heard_at(page) -> float:
    return float(page.locator("#clock").inner_text().split(":")[1])


def test_a_reviewer_claims_a_call_and_works_through_it_by_mouse_and_keyboard(browser, base, desk):
    taken: list[bytes] = []
    with window(browser, base, width=1600) as watched:
        seat(watched, desk)
        page = watched.page
        page.on("response", lambda answer: taken.append(answer.body()) if answer.status < 300 else None)
        page.route(f"**/review/recordings/{desk.recording.id}", less_sure)
        watched.go("/review")
        page.get_by_role("button", name="Claim").click()
        page.wait_for_url("**/review/recordings/*")
        page.reload()
        page.locator("#player[data-ready=yes]").wait_for()
        page.locator("[data-finding]").first.wait_for()
        assert "claimed" in page.locator("h1 + p").inner_text()
        page.locator(".w", has_text="many").first.click()
        assert abs(heard_at(page) - 4.8) < 0.3
        page.keyboard.press("j")
        assert page.locator(".w.chosen").inner_text() == "[PERSON_1]"
        assert abs(heard_at(page) - 3.6) < 0.1
        page.keyboard.press("j")
        assert "PHONE" in page.locator(".finding.chosen").inner_text()
        page.keyboard.press("[")
        assert heard_at(page) < 2
        page.keyboard.press(" ")
        page.wait_for_timeout(800)
        assert heard_at(page) > 0.4
        page.keyboard.press(" ")
        page.select_option("#only-type", "PERSON")
        assert page.locator("[data-finding]:visible").count() == 1
        page.select_option("#only-type", "")
        page.locator("#least").fill("0.5")
        expect(page.locator("[data-finding]:visible")).to_have_count(1)
        page.locator("#least").fill("0")
        page.locator("[data-finding]").first.wait_for()
        assert page.locator("#wave").get_by_text("PERSON", exact=True).is_visible()
        page.uncheck("#keys")
        before = heard_at(page)
        page.keyboard.press("]")
        assert heard_at(page) == before
        assert watched.complaints == []
        assert watched.sees_no_barrier() == []
    everything = b"".join(taken).lower()
    assert b"person_1" in everything
    assert not any(word in everything for word in (b"canaryname", b"5551234"))


def busy_twice():
    """Answer as a server does whose database is busy, twice, and then let it answer."""
    left = [1, 1]
    busy = {"status": 503, "headers": {"Retry-After": "1", "Content-Type": "text/html"}, "body": "<h1>busy</h1>"}
    return lambda route: route.fulfill(**busy) if left and left.pop() else route.continue_()


def test_words_that_are_selected_fill_the_form_for_what_was_missed_also_where_parts_come_late(browser, base, desk):
    with window(browser, base, width=1600) as watched:
        seat(watched, desk)
        for part in ("findings", "peaks.json"):
            watched.page.route(f"**/{part}", busy_twice())
        page = watched.go(f"/review/recordings/{desk.recording.id}#t=4.2")
        page.locator("#player[data-ready=yes]").wait_for()
        page.locator("#add-missed").wait_for()
        assert abs(heard_at(page) - 4.2) < 0.2
        page.locator(".w", has_text="thanks").first.dblclick()
        assert page.locator("#add-missed [name=start]").input_value() == "0:05.000"
        assert "busy" not in page.content()
        assert [text for text in watched.complaints if "503" not in text] == []
        assert len(watched.complaints) == 4


def test_what_is_dragged_over_or_marked_by_keys_is_hidden_in_the_next_version_and_n_goes_on(browser, base, desk):
    with window(browser, base, width=1600) as watched:
        seat(watched, desk)
        page = watched.go(f"/review/recordings/{desk.recording.id}")
        page.locator("#player[data-ready=yes]").wait_for()
        page.locator("#add-missed").wait_for()
        box = page.locator("#wave").bounding_box()
        page.mouse.move(box["x"] + box["width"] * 0.85, box["y"] + 80)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 80, steps=5)
        page.mouse.up()
        expect(page.locator("#add-missed [name=start]")).not_to_have_value("")
        assert page.locator("#add-missed [name=channel]").input_value() == "1"
        dragged = page.locator("#add-missed [name=start]").input_value()
        page.locator(".w", has_text="many").first.click()
        page.keyboard.press("i")
        page.keyboard.press("]")
        page.keyboard.press("o")
        marked = [page.locator(f"#add-missed [name={name}]").input_value() for name in ("start", "end")]
        assert marked[0] != dragged
        assert marked[0] < marked[1]
        page.get_by_role("button", name="Hide it in the next version").click()
        page.get_by_text("is rendered soon").first.wait_for()
        page.locator("h1").click()
        page.keyboard.press("n")
        page.wait_for_url("**/review")
        assert watched.complaints == []


@pytest.mark.parametrize(("width", "scheme"), [(WIDTHS[0], SCHEMES[1]), (WIDTHS[1], SCHEMES[0])])
def test_queue_and_call_are_readable_and_within_their_width(browser, base, desk, width, scheme):
    call = f"/review/recordings/{desk.recording.id}"
    with window(browser, base, width=width, scheme=scheme) as watched:
        seat(watched, desk)
        sound = desk.line.artifact(desk.recording, ArtifactKind.RECORDING_REDACTED)
        with desk.line.tx() as tx:
            text = f"/review/policy/{find_decision(tx, sound.id).policy_digest}"
        for path in ("/review", call, f"{call}/locks", f"{call}/decisions/{sound.id}", text):
            watched.go(path)
            assert not watched.overflows(), path
            assert watched.sees_no_barrier() == [], path
        assert watched.complaints == []


def test_without_scripts_a_call_is_read_and_heard_all_the_same(browser, base, desk):
    with window(browser, base, java_script_enabled=False) as watched:
        seat(watched, desk)
        page = watched.go(f"/review/recordings/{desk.recording.id}")
        assert page.locator("audio#plain").is_visible()
        assert page.get_by_text("[PERSON_1]").first.is_visible()
        page.get_by_role("link", name="Findings and corrections").click()
        page.get_by_role("button", name="Confirm PERSON_1").wait_for()
