from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.errors import InvalidInput
from pipeline.model.user import Role
from tests.conftest import make_tenant
from webhooks.review.shared import read_time, write_time

GETS = ("findings", "versions", "reveals", "/review/second", "/review/bulk", "/review/reveals")
ROUTES = ("findings/0.0.1", "missed", "approve", "reject", "reveals")


@given(st.integers(0, 59_999_999))
def test_a_time_is_read_as_it_was_written(ms):
    assert read_time(write_time(ms)) == ms


@pytest.mark.parametrize(
    ("text", "ms"), [("15.4", 15_400), ("0:15,4", 15_400), ("1:02:03", 3_723_000), ("2:3.05", 123_050), (" 7 ", 7000)]
)
def test_a_time_may_be_written_as_people_do(text, ms):
    assert read_time(text) == ms


@pytest.mark.parametrize("text", ["", "x", "1:", "-1", "1.2345", "1:2:3:4", "٣"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(InvalidInput):
        read_time(text)


def test_another_tenants_recording_is_answered_as_one_that_does_not_exist(desk, database, keys):
    make_tenant(database, keys, "other")
    desk.sign_in("ada", *Role, tenant="other")
    for path in (path for path in GETS if not path.startswith("/")):
        theirs, none = desk.get(path), desk.get(f"/review/recordings/rec_{'0' * 26}/{path}")
        assert (theirs.status_code, none.status_code) == (404, 404)
        assert theirs.text.replace(_nonce(theirs), "") == none.text.replace(_nonce(none), "")
    fields = {
        "version": "1",
        "kind": "confirm",
        "type": "PIN",
        "channel": "0",
        "start": "1",
        "end": "2",
        "code": "leaks",
    }
    for path in ROUTES:
        assert desk.post(path, finding="0.0.1", purpose="fraud", reason="why", **fields).status_code == 404


def test_who_is_not_signed_in_is_led_to_where_they_can(desk):
    desk.client.cookies.clear()
    desk.client.follow_redirects = False
    for path in GETS:
        answer = desk.get(path)
        assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/sign-in")


def _nonce(answer) -> str:
    return answer.headers["content-security-policy"].split("nonce-")[1].split("'")[0]
