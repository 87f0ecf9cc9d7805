from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from pipeline.model.errors import IntegrityError, StoreDenied, StoreUnreachable
from pipeline.vendors.s3 import S3Artifacts, S3Settings
from tests.pipeline.vendors.contracts.artifacts import BODY, ArtifactsContract, put, sha256
from tests.seaweedfs import free_ports

KEY = "tenants/acme/2026/11/21/rec_1/summary/aa"


class TestS3Artifacts(ArtifactsContract):
    @pytest.fixture
    def store(self, seaweedfs: S3Settings) -> S3Artifacts:
        return S3Artifacts(seaweedfs)

    @pytest.fixture
    def denied_store(self, seaweedfs: S3Settings) -> S3Artifacts:
        return S3Artifacts(replace(seaweedfs, secret_key="another-secret"))

    @pytest.fixture
    def unreachable_store(self, seaweedfs: S3Settings) -> S3Artifacts:
        return S3Artifacts(replace(seaweedfs, endpoint_url=f"http://127.0.0.1:{free_ports(1)[0]}"))


def test_an_unknown_user_is_denied(seaweedfs: S3Settings) -> None:
    with pytest.raises(StoreDenied):
        S3Artifacts(replace(seaweedfs, access_key="stranger")).get(KEY)


def test_a_bucket_that_is_not_there_is_not_an_absent_object(seaweedfs: S3Settings) -> None:
    store = S3Artifacts(replace(seaweedfs, bucket="elsewhere"))

    for ask in (store.get, store.head, store.read_tags, store.read_lock, store.purge):
        with pytest.raises(StoreUnreachable):
            ask(KEY)


def test_making_the_bucket_again_changes_nothing(seaweedfs: S3Settings) -> None:
    put(S3Artifacts(seaweedfs), f"{KEY}-again")
    S3Artifacts(seaweedfs).create_bucket()

    assert S3Artifacts(seaweedfs).get(f"{KEY}-again") == BODY


def test_two_prefixes_of_one_bucket_do_not_see_each_other(seaweedfs: S3Settings) -> None:
    one, two = (S3Artifacts(replace(seaweedfs, prefix=prefix)) for prefix in ("one/", "two/"))
    put(one, KEY)
    put(two, KEY, b"other bytes")

    assert one.get(KEY) == BODY
    assert [v.key for v in one.list_versions("")] == [KEY]
    assert one.purge(KEY).is_complete
    assert two.get(KEY) == b"other bytes"


def test_a_secret_shows_in_no_repr(seaweedfs: S3Settings) -> None:
    assert "owner-secret" not in repr(seaweedfs)


def test_an_error_says_nothing_of_what_was_sent(seaweedfs: S3Settings) -> None:
    with pytest.raises(StoreDenied) as caught:
        put(S3Artifacts(replace(seaweedfs, secret_key="another-secret")), KEY)

    assert str(caught.value) == "artifact store: put: SignatureDoesNotMatch"


# A server that says one thing and does another, which no real one does on request.


@dataclass(slots=True)
class Lies:
    """What a server answers to each method, or to a method and a word of the query: status, headers, body."""

    settings: S3Settings = field(default_factory=lambda: S3Settings(bucket="vault", region="us-east-1"))
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def lies() -> Iterator[Lies]:
    lies = Lies()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"] or 0))
            lies.asked.append(f"{self.command} {self.path}")
            word = self.path.partition("?")[2].partition("&")[0].rstrip("=")
            status, headers, body = lies.answers.get(f"{self.command} {word}") or lies.answers[self.command]
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_PUT = do_HEAD = do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        lies.settings = S3Settings(
            bucket="vault",
            region="us-east-1",
            endpoint_url=f"http://127.0.0.1:{server.server_port}",
            access_key="a",
            secret_key="b",
        )
        Thread(target=server.serve_forever, args=(0.01,)).start()
        yield lies
        server.shutdown()


def described(body: bytes, *, checksum_of: bytes | None) -> dict[str, str]:
    """Write what a HEAD says of an object of these bytes."""
    headers = {"Content-Length": str(len(body)), "x-amz-version-id": "v1", "x-amz-meta-sealed-sha256": sha256(BODY)}
    if checksum_of is not None:
        headers["x-amz-checksum-sha256"] = base64.b64encode(bytes.fromhex(sha256(checksum_of))).decode()
    return headers


def test_a_store_that_has_other_bytes_after_a_put_is_noticed(lies: Lies) -> None:
    lies.answers = {"PUT": (200, {}, b""), "HEAD": (200, described(BODY, checksum_of=b"other"), b"")}

    with pytest.raises(IntegrityError):
        put(S3Artifacts(lies.settings), KEY)


def test_a_put_whose_answer_says_what_is_stored_asks_no_more(lies: Lies) -> None:
    lies.answers = {"PUT": (200, described(b"", checksum_of=BODY), b"")}

    stored = put(S3Artifacts(lies.settings), KEY)

    assert (stored.sha256, stored.size_bytes, stored.version) == (sha256(BODY), len(BODY), "v1")
    assert [request.partition(" ")[0] for request in lies.asked] == ["PUT"]


def test_a_put_whose_answer_names_other_bytes_is_asked_after(lies: Lies) -> None:
    other = described(BODY, checksum_of=b"other")
    lies.answers = {"PUT": (200, described(b"", checksum_of=b"other"), b""), "HEAD": (200, other, b"")}

    with pytest.raises(IntegrityError):
        put(S3Artifacts(lies.settings), KEY)


@pytest.mark.parametrize("stored", [BODY, b"other"])
def test_of_a_store_that_keeps_no_checksums_the_bytes_are_read_back(lies: Lies, stored: bytes) -> None:
    lies.answers = {
        "PUT": (200, {}, b""),
        "HEAD": (200, described(BODY, checksum_of=None), b""),
        "GET": (200, described(stored, checksum_of=None), stored),
    }

    if stored == BODY:
        assert put(S3Artifacts(lies.settings), KEY).sha256 == sha256(BODY)
    else:
        with pytest.raises(IntegrityError):
            put(S3Artifacts(lies.settings), KEY)
    assert [request.partition(" ")[0] for request in lies.asked] == ["PUT", "HEAD", "GET"]


def test_a_failing_store_is_asked_once(lies: Lies) -> None:
    lies.answers = {"PUT": (503, {}, b"")}

    with pytest.raises(StoreUnreachable):
        put(S3Artifacts(lies.settings), KEY)
    assert len(lies.asked) == 1


LISTING = b"""<?xml version="1.0"?><ListVersionsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Version>
<Key>%s</Key><VersionId>v1</VersionId><IsLatest>true</IsLatest><LastModified>2026-11-21T00:00:00Z</LastModified>
<Size>3</Size></Version></ListVersionsResult>""" % KEY.encode()
NO_LOCK = b"<Error><Code>NoSuchObjectLockConfiguration</Code></Error>"


def test_a_lock_that_is_accepted_and_not_kept_is_noticed(lies: Lies) -> None:
    lies.answers = {
        "PUT": (200, {}, b""),
        "GET": (200, {}, LISTING),
        "GET retention": (404, {}, NO_LOCK),
        "GET legal-hold": (404, {}, NO_LOCK),
    }

    with pytest.raises(IntegrityError):
        S3Artifacts(lies.settings).lock(KEY, retain_until=datetime(2030, 1, 1, tzinfo=UTC))
    with pytest.raises(IntegrityError):
        S3Artifacts(lies.settings).lock(KEY, hold=True)


def test_versions_that_stay_after_a_purge_are_reported_whatever_the_answer_was(lies: Lies) -> None:
    deleted = b"<DeleteResult><Deleted><Key>%s</Key><VersionId>v1</VersionId></Deleted></DeleteResult>" % KEY.encode()
    lies.answers = {"GET": (200, {}, LISTING), "POST": (200, {}, deleted)}

    report = S3Artifacts(lies.settings).purge(KEY)

    assert report.purged == ()
    assert [v.version for v in report.remaining] == ["v1"]


def test_a_purge_that_failed_inside_the_store_is_worth_another_attempt(lies: Lies) -> None:
    failed = b"<DeleteResult><Error><Key>k</Key><Code>InternalError</Code></Error></DeleteResult>"
    lies.answers = {"GET": (200, {}, LISTING), "POST": (200, {}, failed)}

    with pytest.raises(StoreUnreachable):
        S3Artifacts(lies.settings).purge(KEY)
