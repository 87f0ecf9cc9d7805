"""The frame of every page in a real browser: readable, within its width, and nothing loaded that is not ours."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from tests.browser import SCHEMES, WIDTHS, serving, window
from webhooks import problems
from webhooks.pages import assets
from webhooks.pages.problem_pages import problem_page


@pytest.fixture(scope="module")
def base():
    app = FastAPI()
    problems.install(app, page_of=problem_page)
    app.include_router(assets.router)
    with serving(app) as address:
        yield address


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_a_page_is_readable_and_within_its_width(browser, base, width, scheme):
    with window(browser, base, width=width, scheme=scheme) as watched:
        watched.go("/review/none")
        assert watched.sees_no_barrier() == []
        assert not watched.overflows()
        # The answer is a 404 on purpose; the browser notes that and nothing else.
        assert [text for text in watched.complaints if "404" not in text] == []
        assert watched.page.evaluate("typeof htmx") == "object"


def test_barriers_widths_and_forbidden_scripts_are_seen_where_they_are(browser, base):
    with window(browser, base, width=390) as watched:
        page = watched.go("/review/none")
        page.evaluate(
            """() => {
                document.querySelector('main').insertAdjacentHTML(
                    'beforeend',
                    '<input><p id="wide">x</p><img alt="" src="x:" onerror="window.ran = true">');
                document.querySelector('.lead').style.color = '#ddd';
                document.getElementById('wide').style.width = '900px';
            }"""
        )
        assert {found.split(":")[0] for found in watched.sees_no_barrier()} >= {"label", "color-contrast"}
        assert watched.overflows()
        assert page.evaluate("window.ran") is None
        assert any("Content Security Policy" in text for text in watched.complaints)
