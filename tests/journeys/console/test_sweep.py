"""Every page there is, in a real browser on a narrow screen; `make sweep` looks at the rest."""

from __future__ import annotations

import pytest

from pipeline.store.session import Database
from tests.browser import SCHEMES, serving
from tests.conftest import APP_ROLE, MovableClock
from tests.journeys.console.sweep import furnish, look, pages, watching


@pytest.fixture(scope="module")
def house(postgres, databases, tmp_path_factory):
    with databases.one() as name:
        database = Database(postgres.url(name, user=APP_ROLE), clock=MovableClock())
        made = furnish(database, tmp_path_factory.mktemp("sweep"))
        yield made, pages(made)
        database.close()


def test_no_page_is_wider_than_its_window_or_makes_the_browser_complain(house, browser):
    filled, listed = house
    assert len(listed) > 35
    wrong = []
    with serving(filled.app) as base:
        for at, scheme in enumerate(SCHEMES):
            with watching(browser, base, filled, width=390, scheme=scheme) as watched:
                for path in listed[at :: len(SCHEMES)]:
                    wrong += look(watched, path, is_brief=True)
    assert wrong == []
