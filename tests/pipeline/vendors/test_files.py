from __future__ import annotations

import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.model.errors import IntegrityError, InvalidInput, StoreUnreachable
from pipeline.vendors.files import FileArtifacts
from tests.pipeline.vendors.contracts.artifacts import BODY, ArtifactsContract, put

KEY = "tenants/acme/2026/11/21/rec_1/summary/aa"


class TestFileArtifacts(ArtifactsContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> FileArtifacts:
        return FileArtifacts(tmp_path / "vault")

    @pytest.fixture
    def denied_store(self, store: FileArtifacts, request: pytest.FixtureRequest) -> FileArtifacts:
        request.getfixturevalue("as_somebody_else")
        return store

    @pytest.fixture
    def unreachable_store(self, store: FileArtifacts, tmp_path: Path) -> FileArtifacts:
        (tmp_path / "vault").rename(tmp_path / "unplugged")
        return store


def files_under(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file() and ".turns" not in path.parts]


def test_everything_is_for_its_owner_alone(tmp_path: Path) -> None:
    put(FileArtifacts(tmp_path / "vault"), KEY)

    for path in [tmp_path / "vault", *(tmp_path / "vault").rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def test_an_expired_date_no_longer_keeps_the_bytes(tmp_path: Path) -> None:
    until = datetime(2026, 12, 1, tzinfo=UTC)
    before = FileArtifacts(tmp_path, now=lambda: until - timedelta(seconds=1))
    after = FileArtifacts(tmp_path, now=lambda: until)
    put(before, KEY)
    before.lock(KEY, retain_until=until)

    assert not before.purge(KEY).is_complete
    assert after.purge(KEY).is_complete


def test_a_purge_leaves_no_file_and_no_directory_of_the_object(tmp_path: Path) -> None:
    store = FileArtifacts(tmp_path / "vault")
    put(store, KEY)
    store.purge(KEY)

    assert files_under(tmp_path / "vault") == []
    assert not (tmp_path / "vault/tenants").exists()


def test_a_date_without_a_time_zone_is_refused(tmp_path: Path) -> None:
    store = FileArtifacts(tmp_path)
    put(store, KEY)

    with pytest.raises(InvalidInput):
        store.lock(KEY, retain_until=datetime(2030, 1, 1))  # noqa: DTZ001 - that is the point


def test_a_byte_changed_on_disk_is_noticed_when_read(tmp_path: Path) -> None:
    store = FileArtifacts(tmp_path)
    put(store, KEY)
    body = next(tmp_path.rglob(".*.sealed"))
    body.write_bytes(BODY[:-1] + b"?")

    with pytest.raises(IntegrityError):
        store.get(KEY)


def test_lost_bytes_are_damage_and_not_an_absent_object(tmp_path: Path) -> None:
    store = FileArtifacts(tmp_path)
    put(store, KEY)
    next(tmp_path.rglob(".*.sealed")).unlink()

    with pytest.raises(IntegrityError):
        store.get(KEY)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"version": "1"}', '{"retain_until": 7}'])
def test_a_damaged_record_stops_a_purge_for_it_may_hide_a_hold(tmp_path: Path, text: str) -> None:
    store = FileArtifacts(tmp_path)
    put(store, KEY)
    next(tmp_path.rglob(".*.record")).write_text(text)

    with pytest.raises(IntegrityError):
        store.purge(KEY)
    assert next(tmp_path.rglob(".*.sealed")).read_bytes() == BODY


def test_a_link_planted_in_the_tree_leads_nowhere(tmp_path: Path) -> None:
    store = FileArtifacts(tmp_path / "vault")
    put(FileArtifacts(tmp_path / "other"), KEY)
    (tmp_path / "vault/tenants").symlink_to(tmp_path / "other/tenants")

    assert list(store.list_versions("")) == []


FILL_UP = """
import resource, sys
from pathlib import Path
from pipeline.vendors.files import FileArtifacts
from tests.pipeline.vendors.contracts.artifacts import put
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
put(FileArtifacts(Path(sys.argv[1])), sys.argv[2], b"x" * 100_000)
"""


def test_a_disk_that_takes_no_more_is_unreachable_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    run = subprocess.run([sys.executable, "-c", FILL_UP, tmp_path, KEY], capture_output=True, text=True, check=False)

    assert "StoreUnreachable: artifact store: put: EFBIG" in run.stderr.splitlines()[-1]
    assert files_under(tmp_path) == []
    assert not (tmp_path / "tenants").exists()
    put(FileArtifacts(tmp_path), KEY)


KILLED = """
import os, sys
from pathlib import Path
from pipeline.vendors import files_tree
from pipeline.vendors.files import FileArtifacts
from tests.pipeline.vendors.contracts.artifacts import put
left, real = int(sys.argv[3]), os.fsync
def fsync(fd):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), 9)
    real(fd)
store = FileArtifacts(Path(sys.argv[1]))
os.fsync = fsync
put(store, sys.argv[2])
"""


@pytest.mark.parametrize("writes_before", range(11))
def test_a_writer_killed_at_any_write_leaves_a_whole_object_or_none(tmp_path: Path, writes_before: int) -> None:
    run = subprocess.run(
        [sys.executable, "-c", KILLED, tmp_path, KEY, str(writes_before)], capture_output=True, check=False
    )
    assert run.returncode == -9

    store = FileArtifacts(tmp_path)
    listed = list(store.list_versions(""))
    assert list((tmp_path / ".incoming").iterdir()) == []
    assert [store.get(v.key) for v in listed] == [BODY] * len(listed)

    put(store, KEY)
    assert store.get(KEY) == BODY
    assert len(list(tmp_path.rglob(".*.sealed"))) == 1


RACE = """
import sys
from pathlib import Path
from pipeline.model.errors import Conflict
from pipeline.vendors.files import FileArtifacts
from tests.pipeline.vendors.contracts.artifacts import put
store, mine, won = FileArtifacts(Path(sys.argv[1])), sys.argv[2].encode(), 0
sys.stdin.readline()
for number in range(50):
    try:
        put(store, f"k/{number}", mine)
        won += 1
    except Conflict:
        pass
print(won)
"""


def test_between_processes_each_object_has_one_writer(tmp_path: Path) -> None:
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, tmp_path, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for name in ("one", "two")
    ]
    for run in runs:
        assert run.stdin is not None
        run.stdin.write("go\n")
        run.stdin.flush()
    won = [int(run.communicate()[0]) for run in runs]

    assert sum(won) == 50
    store = FileArtifacts(tmp_path)
    assert sum(store.get(f"k/{n}") == b"one" for n in range(50)) == won[0]


def test_opening_a_vault_never_sweeps_away_what_another_is_writing(tmp_path: Path) -> None:
    store, done = FileArtifacts(tmp_path), threading.Event()

    def open_again_and_again() -> None:
        while not done.is_set():
            FileArtifacts(tmp_path)

    openers = [threading.Thread(target=open_again_and_again) for _ in range(3)]
    for opener in openers:
        opener.start()
    try:
        for number in range(300):
            put(store, f"k/{number}", b"body")
    finally:
        done.set()
        for opener in openers:
            opener.join()
    assert all(store.get(f"k/{n}") == b"body" for n in range(300))


def test_a_vault_cannot_be_opened_where_a_file_lies(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(StoreUnreachable):
        FileArtifacts(tmp_path / "file" / "vault")
