"""A real browser before a real server: what a person sees, and every complaint of the browser as a failure."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

WIDTHS = (390, 1024, 1600)
SCHEMES = ("light", "dark")
_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--mute-audio", "--autoplay-policy=no-user-gesture-required",
]  # fmt: skip
_NOT_OURS = ("axe", "favicon")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the system's Chromium; without one the tests that look at pages fail, and say so."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    assert path, "no Chromium: install Debian's package chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield browser
        browser.close()


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve an application on a free port; gives its address."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=10)


@dataclass(kw_only=True)
class Watched:
    """One person's browser window. What the page complains of is kept; `complaints` must stay empty."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)
    traffic: list[bytes] = field(default_factory=list)
    """The body of every answer the browser was given, when it is watched."""

    def go(self, path: str) -> Page:
        """Open a path, to the end of its loading."""
        self.page.goto(self.base + path)
        self.page.wait_for_load_state("networkidle")
        return self.page

    def sees_no_barrier(self) -> list[str]:
        """Name what axe finds against WCAG 2.2 AA on the page as it is."""
        before = len(self.complaints)
        found = Axe().run(self.page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
        self.page.wait_for_timeout(50)
        # The checker puts styles of its own into the page, and the browser says so.
        self.complaints[before:] = [text for text in self.complaints[before:] if "inline style" not in text]
        return [f"{rule['id']}: {node['target']}" for rule in found.response["violations"] for node in rule["nodes"]]

    def overflows(self) -> bool:
        """Say whether the page is wider than its window."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > innerWidth"))


@contextmanager
def window(browser: Browser, base: str, *, width: int = 1024, scheme: str = "light", **more: Any) -> Iterator[Watched]:
    """Open a window with nothing remembered in it."""
    context: BrowserContext = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, locale="en-US", **more
    )
    page = context.new_page()
    watched = Watched(page=page, base=base)

    def heard(message: Any) -> None:
        text = f"{message.text} {message.location.get('url', '')}"
        if message.type == "error" and not any(word in text for word in _NOT_OURS):
            watched.complaints.append(text)

    page.on("console", heard)
    page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    yield watched
    context.close()
