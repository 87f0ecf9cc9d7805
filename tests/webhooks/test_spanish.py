"""Pages in the second language: nothing of the catalogue is left in English, and days and numbers are its own."""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime

from pipeline.model.user import Role
from pipeline.store.users import add_user
from pipeline.store.web_sessions import digest_of, open_session
from webhooks.pages.catalogue import CATALOGUES, read
from webhooks.pages.language import say_day, say_moment, say_number, say_share
from webhooks.pages.who import cookie_name, csrf_of

PAGES = (
    "/review",
    "/review/quality",
    "/review/quality/results",
    "/review/reveals",
    "/operations",
    "/operations/stuck",
    "/operations/requests",
    "/operations/requests/new",
    "/operations/holds",
    "/operations/deletions",
    "/operations/keeping",
    "/operations/legal",
    "/operations/policy",
    "/operations/sub-processors",
    "/settings",
    "/settings/choices/calls",
    "/settings/choices/retention",
    "/settings/choices/training",
    "/settings/choices/redaction",
    "/settings/announcements",
    "/settings/policy",
    "/settings/twilio",
    "/settings/webhooks",
    "/settings/keys",
    "/settings/simulator",
    "/settings/drafts",
    "/settings/users",
    "/settings/provider",
    "/sign-in/account",
    "/review/nothing",
)
TAG = re.compile(
    r"<(script|style|code|blockquote|textarea)\b.*?</\1>"
    r"|<span class=\"clause\">.*?</span>|<span class=\"skip\">\w+</span>"
    r"|<[^>]*>",
    re.DOTALL,
)
"""Tags, and what is no text of ours: code, quotations, what one types, clauses, names of scripts."""


def english() -> set[str]:
    """Give what the catalogue translates into something else and no Spanish text happens to be."""
    entries = [entry for entry in read(CATALOGUES / "es.po") if entry.id and isinstance(entry.id, str)]
    spanish = {entry.string for entry in entries}
    return {entry.id for entry in entries} - spanish


def words_of(page: str) -> set[str]:
    """Give each text of a page that stands between two tags."""
    return {html.unescape(text).strip() for text in TAG.sub("\n", page).split("\n")} - {""}


def test_no_main_page_keeps_a_text_of_the_catalogue_in_english(stage):
    owner = stage.tenant("acme", topology="voicemail", policy="connekz")
    with stage.context.database.transaction(owner.id) as tx:
        user = add_user(tx, "ada", frozenset(Role), password_hash=None, locale="es", actor="test")
        token = open_session(tx, user, method="test")
    seen = {"accept": "text/html", "cookie": f"{cookie_name(stage.context)}={owner.id}.{token}"}
    left, told = english(), 0
    kept: dict[str, set[str]] = {}
    for path in PAGES:
        answer = stage.client.get(path, headers={**seen, "accept-language": "es"})
        assert '<html lang="es"' in answer.text, (path, answer.status_code)
        if found := words_of(answer.text) & left:
            kept[path] = found
        told += answer.status_code == 200
    assert kept == {}
    assert told >= len(PAGES) - 3
    refused = stage.client.post(
        "/settings/users",
        data={"csrf": csrf_of(stage.context, owner.id, digest_of(token)), "login": "bob"},
        headers=seen,
    )
    assert "un usuario tiene al menos una función" in html.unescape(refused.text)


def test_days_and_numbers_are_written_as_the_language_writes_them():
    assert say_day(date(2026, 3, 7), "es") == "7 mar 2026"
    assert say_moment(datetime(2026, 3, 7, 15, 4, 5, tzinfo=UTC), "es") == "7 mar 2026, 15:04:05 UTC"
    assert say_number(1234567.5, "es") == "1.234.567,5"
    assert say_share(0.125, "es") == "12,5 %"
