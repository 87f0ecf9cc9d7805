from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.cli.opened import open_desk, open_queue, open_tenant, read_bounded
from pipeline.model.errors import InvalidInput, NotFound
from pipeline.workflows.queue import DurableQueue


def test_a_file_is_read_up_to_its_bound_and_no_further(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_bytes(b"1234")
    assert read_bounded(path, 4) == b"1234"
    with pytest.raises(InvalidInput, match=r"^keys.json: the file is too large$"):
        read_bounded(path, 3)
    with pytest.raises(InvalidInput, match="not there"):
        read_bounded(tmp_path, 3)


@pytest.mark.usefixtures("installation")
def test_a_queue_is_closed_when_the_work_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = []
    monkeypatch.setattr(DurableQueue, "close", lambda queue: closed.append(queue))
    with open_desk() as base, pytest.raises(RuntimeError), open_queue(base):
        raise RuntimeError
    assert len(closed) == 1


def test_a_tenant_is_opened_where_there_is_one(acme: str) -> None:
    with open_tenant(acme) as (_, tx):
        assert tx.tenant == acme
    with pytest.raises(NotFound, match="no tenant nobody"), open_tenant("nobody"):
        pass
