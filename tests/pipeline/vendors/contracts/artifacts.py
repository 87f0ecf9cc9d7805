"""What every store of sealed bytes must do. A store's test class inherits these cases and names its fixtures."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest

from pipeline.model.errors import Conflict, InvalidInput, NotFound, StoreDenied, StoreUnreachable
from pipeline.model.ids import new_id
from pipeline.ports.artifacts import Artifacts, ObjectVersion, StoredObject

BODY = b"sealed bytes \x00\xff" * 100
TAGS = {"tenant": "acme", "kind": "call.metadata", "training-eligible": "false"}


class HidingStore(Artifacts, Protocol):
    """A store in which an object can be hidden behind a delete marker, as a plain delete does."""

    def mark_deleted(self, key: str) -> ObjectVersion: ...


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def put(store: Artifacts, key: str, body: bytes = BODY) -> StoredObject:
    return store.put_if_absent(key, body, metadata={"decision": "abc123"}, tags=TAGS)


def in_a_day() -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)


class ArtifactsContract:
    """Fixtures of the subclass: `store`, `denied_store` (credentials refused), `unreachable_store` (not there)."""

    @pytest.fixture
    def key(self) -> str:
        return f"tenants/acme/2026/11/21/{new_id('rec')}/call.metadata/{'ab' * 32}"

    def test_what_was_put_is_read_back_byte_for_byte(self, store: HidingStore, key: str) -> None:
        stored = put(store, key)

        assert store.get(key) == BODY
        assert store.get(key, version=stored.version) == BODY
        assert (stored.key, stored.sha256, stored.size_bytes) == (key, sha256(BODY), len(BODY))

    def test_head_describes_the_object_as_it_was_put(self, store: HidingStore, key: str) -> None:
        stored = put(store, key)

        assert store.head(key) == stored == store.head(key, version=stored.version)
        assert dict(stored.metadata) == {"decision": "abc123"}

    def test_an_empty_object_is_an_object(self, store: HidingStore, key: str) -> None:
        put(store, key, b"")

        assert store.get(key) == b""
        assert store.head(key).size_bytes == 0

    def test_the_same_put_again_returns_what_is_there_and_adds_nothing(self, store: HidingStore, key: str) -> None:
        first = put(store, key)

        assert put(store, key) == first
        assert len(list(store.list_versions(key))) == 1

    def test_other_bytes_under_the_same_key_are_a_conflict(self, store: HidingStore, key: str) -> None:
        put(store, key)

        with pytest.raises(Conflict):
            put(store, key, b"other bytes")
        assert store.get(key) == BODY

    def test_of_writers_at_the_same_time_one_wins_and_the_others_are_told(self, store: HidingStore, key: str) -> None:
        def attempt(number: int) -> bytes | None:
            body = b"writer %d" % number
            try:
                put(store, key, body)
            except Conflict:
                return None
            return body

        with ThreadPoolExecutor(8) as pool:
            winners = [body for body in pool.map(attempt, range(8)) if body is not None]

        assert winners == [store.get(key)]
        assert len(list(store.list_versions(key))) == 1

    def test_what_is_not_there_is_not_found_and_nothing_else(self, store: HidingStore, key: str) -> None:
        for ask in (store.get, store.head, store.read_tags, store.read_lock):
            with pytest.raises(NotFound):
                ask(key)
        with pytest.raises(NotFound):
            store.write_tags(key, TAGS)
        with pytest.raises(NotFound):
            store.lock(key, hold=True)
        assert list(store.list_versions(key)) == []

    def test_an_unknown_version_is_not_found(self, store: HidingStore, key: str) -> None:
        put(store, f"{key}0")
        foreign = store.head(f"{key}0").version
        put(store, key)

        with pytest.raises(NotFound):
            store.get(key, version=foreign)

    def test_a_refusal_is_denied_and_never_taken_for_absent(self, denied_store: HidingStore, key: str) -> None:
        self._every_method_raises(denied_store, key, StoreDenied)

    def test_silence_is_unreachable_and_never_taken_for_absent(self, unreachable_store: HidingStore, key: str) -> None:
        self._every_method_raises(unreachable_store, key, StoreUnreachable)

    def _every_method_raises(self, store: HidingStore, key: str, error: type[Exception]) -> None:
        for ask in (store.get, store.head, store.read_tags, store.read_lock, store.purge):
            with pytest.raises(error):
                ask(key)
        with pytest.raises(error):
            put(store, key)
        with pytest.raises(error):
            store.write_tags(key, TAGS)
        with pytest.raises(error):
            store.lock(key, hold=True)
        with pytest.raises(error):
            list(store.list_versions(key))

    def test_tags_are_those_of_the_put_until_they_are_replaced(self, store: HidingStore, key: str) -> None:
        put(store, key)

        assert store.read_tags(key) == TAGS
        assert store.write_tags(key, {"tenant": "acme", "legal-hold": "on"}) == {"tenant": "acme", "legal-hold": "on"}
        assert store.read_tags(key) == {"tenant": "acme", "legal-hold": "on"}

    def test_a_hidden_object_is_absent_but_its_versions_are_listed_the_latest_first(
        self, store: HidingStore, key: str
    ) -> None:
        stored = put(store, key)
        marker = store.mark_deleted(key)

        for ask in (store.get, store.head, store.read_tags, store.read_lock):
            with pytest.raises(NotFound):
                ask(key)
        assert store.get(key, version=stored.version) == BODY
        assert list(store.list_versions(key)) == [
            ObjectVersion(key=key, version=marker.version, is_latest=True, is_delete_marker=True),
            ObjectVersion(key=key, version=stored.version, is_latest=False, is_delete_marker=False),
        ]

    def test_a_hidden_object_can_be_put_anew_and_keeps_its_history(self, store: HidingStore, key: str) -> None:
        first = put(store, key)
        store.mark_deleted(key)
        second = put(store, key, b"later bytes")

        assert store.get(key) == b"later bytes"
        assert store.get(key, version=first.version) == BODY
        history = list(store.list_versions(key))
        assert history[0].version == second.version
        assert [v.is_latest for v in history] == [True, False, False]
        assert {v.version for v in history if not v.is_delete_marker} == {first.version, second.version}

    def test_new_tags_reach_every_version(self, store: HidingStore, key: str) -> None:
        put(store, key)
        store.mark_deleted(key)
        put(store, key, b"later bytes")
        store.mark_deleted(key)

        assert store.write_tags(key, {"legal-hold": "on"}) == {"legal-hold": "on"}

    def test_a_lock_reads_back_as_it_was_set(self, store: HidingStore, key: str) -> None:
        until = in_a_day()
        put(store, key)
        assert (store.read_lock(key).retain_until, store.read_lock(key).is_held) == (None, False)

        lock = store.lock(key, retain_until=until, hold=True)

        assert (lock.retain_until, lock.is_held) == (until, True)
        assert store.read_lock(key) == lock

    def test_each_half_of_a_lock_can_be_set_alone(self, store: HidingStore, key: str) -> None:
        until = in_a_day()
        put(store, key)
        store.lock(key, hold=True)
        store.lock(key, retain_until=until)
        store.lock(key, hold=False)

        assert (store.read_lock(key).retain_until, store.read_lock(key).is_held) == (until, False)

    def test_a_date_can_be_put_off_and_never_brought_forward(self, store: HidingStore, key: str) -> None:
        until = in_a_day()
        put(store, key)
        store.lock(key, retain_until=until)

        with pytest.raises(StoreDenied):
            store.lock(key, retain_until=until - timedelta(hours=1))
        assert store.read_lock(key).retain_until == until
        assert store.lock(key, retain_until=until + timedelta(hours=1)).retain_until == until + timedelta(hours=1)

    def test_a_date_that_has_passed_is_refused(self, store: HidingStore, key: str) -> None:
        put(store, key)

        with pytest.raises(StoreDenied):
            store.lock(key, retain_until=datetime(2020, 1, 1, tzinfo=UTC))
        assert store.read_lock(key).retain_until is None

    def test_part_of_a_second_is_kept_to_the_next_whole_one(self, store: HidingStore, key: str) -> None:
        until = in_a_day()
        put(store, key)

        assert store.lock(key, retain_until=until - timedelta(milliseconds=1)).retain_until == until

    def test_tags_of_a_locked_object_can_still_be_changed(self, store: HidingStore, key: str) -> None:
        put(store, key)
        store.lock(key, retain_until=in_a_day(), hold=True)

        assert store.write_tags(key, {"disposition": "held"}) == {"disposition": "held"}

    def test_a_purge_destroys_every_version_and_marker_and_says_so(self, store: HidingStore, key: str) -> None:
        put(store, key)
        store.mark_deleted(key)
        put(store, key, b"later bytes")
        store.mark_deleted(key)
        before = set(store.list_versions(key))

        report = store.purge(key)

        assert set(report.purged) == before
        assert len(before) == 4
        assert report.is_complete
        assert list(store.list_versions(key)) == []
        with pytest.raises(NotFound):
            store.get(key)

    def test_purging_nothing_is_complete(self, store: HidingStore, key: str) -> None:
        report = store.purge(key)

        assert report.is_complete
        assert report.purged == ()

    def test_a_purge_leaves_keys_that_only_begin_alike(self, store: HidingStore, key: str) -> None:
        put(store, key)
        put(store, f"{key}0")
        put(store, f"{key}/below")

        assert store.purge(key).is_complete
        assert [v.key for v in store.list_versions(key)] == [f"{key}/below", f"{key}0"]

    def test_a_date_in_force_keeps_the_bytes_and_the_purge_claims_nothing(self, store: HidingStore, key: str) -> None:
        stored = put(store, key)
        store.lock(key, retain_until=in_a_day())

        report = store.purge(key)

        assert [v.version for v in report.remaining] == [stored.version]
        assert not report.is_complete
        assert report.purged == ()
        assert store.get(key) == BODY

    def test_a_hold_keeps_the_bytes_until_it_is_released(self, store: HidingStore, key: str) -> None:
        stored = put(store, key)
        store.lock(key, hold=True)

        assert [v.version for v in store.purge(key).remaining] == [stored.version]
        assert store.get(key) == BODY

        store.lock(key, hold=False)
        assert store.purge(key).is_complete

    def test_a_purge_stopped_by_a_hold_reports_what_it_did_and_what_is_left(self, store: HidingStore, key: str) -> None:
        stored = put(store, key)
        store.lock(key, hold=True)
        marker = store.mark_deleted(key)

        report = store.purge(key)

        assert [v.version for v in report.purged] == [marker.version]
        assert [v.version for v in report.remaining] == [stored.version]
        assert store.get(key) == BODY

    def test_a_listing_goes_past_a_thousand_entries_in_order_and_keeps_to_its_prefix(
        self, store: HidingStore, key: str
    ) -> None:
        prefix = f"{key}-many/"
        keys = [f"{prefix}{number:04d}" for number in range(1003)]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda each: put(store, each, b"x"), keys))
        put(store, f"{key}-many0")

        assert [v.key for v in store.list_versions(prefix)] == keys
        assert next(iter(store.list_versions(f"{prefix}1"))).key == f"{prefix}1000"

    def test_an_address_that_leaves_the_store_is_refused(self, store: HidingStore, key: str) -> None:
        for bad in ("", "/etc/passwd", "../x", "a/../../x", "a//b", "a/./b", ".hidden/x", "a/b/", "a\x00b", "a\nb"):
            with pytest.raises(InvalidInput):
                put(store, bad)
            with pytest.raises(InvalidInput):
                store.get(bad)
            with pytest.raises(InvalidInput):
                store.purge(bad)
        for bad in ("/", "../", "tenants//", "tenants/../"):
            with pytest.raises(InvalidInput):
                list(store.list_versions(bad))
