from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.errors import InvalidInput, NotFound
from pipeline.model.ids import RecordingId
from pipeline.model.recording import RecordingState as S
from pipeline.store.recording_pages import MOST, _read_cursor, list_of_call, read_listed, read_page
from tests.builders import a_call, a_recording
from tests.conftest import make_tenant


@pytest.fixture
def seven(database, tenant, clock) -> list[str]:
    """Recordings of which three were noted at the same moment, newest first."""
    made = []
    for hours in (0, 1, 0, 0, 1, 1, 1):
        clock.move(hours=hours)
        with database.transaction(tenant.id) as tx:
            made.append((clock.now(), a_recording(tx, None).id))
    return [id for _, id in sorted(made, reverse=True)]


def read_all(tx, **chosen) -> list[list[str]]:
    pages, cursor = [], None
    while True:
        page = read_page(tx, cursor=cursor, **chosen)
        pages.append([listed.recording.id for listed in page.recordings])
        cursor = page.cursor
        if cursor is None:
            return pages


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 8])
def test_pages_hold_every_recording_once_newest_first(database, tenant, seven, limit):
    with database.transaction(tenant.id) as tx:
        pages = read_all(tx, limit=limit)
    assert [id for page in pages for id in page] == seven
    assert all(len(page) == limit for page in pages[:-1])


def test_what_is_new_meanwhile_moves_no_later_page(database, tenant, seven, clock):
    with database.transaction(tenant.id) as tx:
        first = read_page(tx, limit=3)
    clock.move(hours=1)
    with database.transaction(tenant.id) as tx:
        a_recording(tx, None)
        rest = read_page(tx, limit=10, cursor=first.cursor)
    assert [listed.recording.id for listed in rest.recordings] == seven[3:]


def test_a_state_and_a_moment_narrow_it(database, tenant, seven, clock):
    with database.transaction(tenant.id) as tx:
        failed = a_recording(tx, None, state=S.FAILED)
        assert read_all(tx, state=S.FAILED) == [[failed.id]]
        assert read_all(tx, since=clock.now()) == [[*sorted([seven[0], failed.id], reverse=True)]]
        assert read_all(tx, state=S.PUBLISHED) == [[]]


def test_a_recording_comes_with_its_calls_own_id(database, tenant, keys):
    with database.transaction(tenant.id) as tx:
        call = a_call(tx, keys)
        with_call, without = a_recording(tx, call), a_recording(tx, None)
        assert read_listed(tx, with_call.id).call_sid.startswith("CA")
        assert read_listed(tx, without.id).call_sid is None
        assert [listed.recording.id for listed in list_of_call(tx, call)] == [with_call.id]


def test_another_tenants_recording_is_not_there(database, tenant, keys, seven):
    other = make_tenant(database, keys, "other")
    with database.transaction(other.id) as tx:
        assert read_all(tx) == [[]]
        with pytest.raises(NotFound):
            read_listed(tx, RecordingId(seven[0]))


def as_cursor(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "", "x", "!!!", "é", "a" * 301, as_cursor([]), as_cursor(["2026-11-21T09:00:00+00:00"]), as_cursor({"a": 1}),
        as_cursor(["2026-11-21T09:00:00", "rec_1"]), as_cursor(["yesterday", "rec_1"]), as_cursor([1, 2]),
        as_cursor(["2026-11-21T09:00:00+00:00", "rec_\x00"]), as_cursor(["2026-11-21T09:00:00+00:00", "\ud800"]),
        as_cursor(["2026-11-21T09:00:00+00:00", 5]), as_cursor("[" * 100),
    ],
)  # fmt: skip
def test_a_cursor_that_no_page_gave_is_refused(database, tenant, cursor):
    with pytest.raises(InvalidInput, match="cursor"), database.transaction(tenant.id) as tx:
        read_page(tx, cursor=cursor)


@given(cursor=st.text(max_size=60) | st.binary(max_size=60).map(lambda b: base64.urlsafe_b64encode(b).decode()))
def test_no_cursor_raises_anything_else(cursor):
    with pytest.raises(InvalidInput):
        _read_cursor(cursor)


@pytest.mark.parametrize("limit", [0, -1, MOST + 1])
def test_a_page_has_a_size(database, tenant, limit):
    with pytest.raises(InvalidInput, match="a page has"), database.transaction(tenant.id) as tx:
        read_page(tx, limit=limit)
