"""Lists, page by page."""

from __future__ import annotations

import json

import pytest
from starlette.requests import Request

from samples.twilio_standin.answers import page_of, show_account
from samples.twilio_standin.ledger import Account


def asked(query: str) -> Request:
    return Request({"type": "http", "method": "GET", "path": "/x.json", "query_string": query.encode(), "headers": []})


@pytest.mark.parametrize(
    ("query", "rows", "next_uri"),
    [
        ("", [0, 1, 2], None),
        ("PageSize=2", [0, 1], "/x.json?PageSize=2&Page=1"),
        ("PageSize=2&Page=1", [2], None),
        ("PageSize=2&Page=9", [], None),
        ("PageSize=1&Status=done", [0], "/x.json?Status=done&PageSize=1&Page=1"),
    ],
)
def test_each_page_says_where_the_next_is(query, rows, next_uri):
    page = json.loads(bytes(page_of(asked(query), "things", [{"n": n} for n in range(3)]).body))
    assert [row["n"] for row in page["things"]] == rows
    assert page["next_page_uri"] == next_uri


def test_an_accounts_token_is_never_shown():
    assert "secret" not in json.dumps(show_account(Account(sid="AC1", auth_token="secret")))
