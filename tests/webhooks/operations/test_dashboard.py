from __future__ import annotations

from html.parser import HTMLParser

from pipeline.model.call import LegRole
from pipeline.model.consent import Outcome
from pipeline.model.user import Role
from pipeline.reads.dashboard import PLOTS
from pipeline.steps.fail import fail


class Parts(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


def test_an_empty_house_says_so_and_the_leak_is_no_zero(desk):
    page = desk.sits("ann", Role.AUDITOR).get("/operations")
    assert page.status_code == 200
    assert page.text.count("Nothing in this period.") == len(PLOTS) - 1
    assert page.text.count("Not sampled yet") == 1
    assert 'role="img"' not in page.text


def test_every_plot_is_drawn_told_in_a_table_and_had_as_data(desk):
    line = desk.line
    line.record(outcomes=(Outcome.DECLINED,), roles=(LegRole.CALLER,))
    line.through(line.record(), "settle_consent", "capture", "transcribe", "detect")
    line.run(fail, line.record(), "VendorUnavailable")
    ann = desk.sits("ann", Role.REVIEWER)
    page = ann.get("/operations?since=2026-11-19&until=2026-11-21")
    drawings = [attrs for tag, attrs in Parts(page.text).tags if tag == "svg" and attrs.get("role") == "img"]
    assert len(drawings) == 4 * 2, "each for a wide and for a narrow page"
    for attrs in drawings:
        title, description = attrs["aria-labelledby"].split()
        assert f'<title id="{title}">' in page.text
        assert f'<desc id="{description}">' in page.text
    assert page.text.count("<table>") == 4
    assert " style=" not in page.text
    data = ann.get("/operations/dashboard.json?since=2026-11-19&until=2026-11-21").json()
    assert list(data["plots"]) == list(PLOTS)
    assert data["plots"]["consent"]["series"] == {"granted": [0, 0, 2], "declined": [0, 0, 1]}
    assert data["now"]["stuck"] == 1
    one = ann.get("/operations/plots/consent.json?since=2026-11-19&until=2026-11-21").json()
    assert (one["series"], one["step"]) == (data["plots"]["consent"]["series"], "day")
    assert ann.get("/operations/plots/salaries.json").status_code == 404


def test_a_period_that_is_none_is_told_on_the_page_and_refused_as_data(desk):
    ann = desk.sits("ann", Role.AUDITOR)
    page = ann.get("/operations?since=2026-11-21&until=2026-11-01")
    assert (page.status_code, 'role="alert"' in page.text) == (422, True)
    assert ann.get("/operations/dashboard.json?since=x").status_code == 422


def test_whoever_may_not_see_the_lists_is_given_no_way_to_them(desk):
    page = desk.sits("rev", Role.REVIEWER).get("/operations").text
    assert 'href="/operations/holds"' not in page
    assert 'href="/operations/downloads"' in page
    auditor = desk.sits("aud", Role.AUDITOR)
    assert 'href="/operations/holds"' in auditor.get("/operations").text
    auditor.client.cookies.clear()
    assert auditor.client.get("/operations/dashboard.json", headers={"Accept": "*/*"}).status_code == 401
