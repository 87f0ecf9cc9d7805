from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for one file: what drives it has an event loop, beside which the durable engine does not start."""
    with chromium() as opened:
        yield opened
