from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.model.errors import StoreDenied
from pipeline.vendors.folder_deposit import FolderDeposit
from tests.pipeline.vendors.contracts.deposit import FILES, DepositContract


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "place"
    for name, body in FILES.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(body)
    return place


class TestFolderDeposit(DepositContract):
    @pytest.fixture
    def filled(self, folder: Path) -> FolderDeposit:
        return FolderDeposit(folder)

    @pytest.fixture
    def nowhere(self, tmp_path: Path):
        return lambda: FolderDeposit(tmp_path / "nowhere")

    @pytest.fixture
    def absent(self) -> str:
        return "gone.wav"

    @pytest.fixture
    def outside(self) -> str:
        return "../secret.wav"


def test_links_and_hidden_files_are_left_out(folder: Path, tmp_path: Path):
    (tmp_path / "secret.wav").write_bytes(b"secret")
    (folder / "link.wav").symlink_to(tmp_path / "secret.wav")
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "x.wav").write_bytes(b"x")
    assert [file.name for file in FolderDeposit(folder).list_files()] == sorted(FILES)


def test_what_may_not_be_read_is_denied(folder: Path, as_somebody_else: None):
    with pytest.raises(StoreDenied):
        FolderDeposit(folder).read("b.wav", most_bytes=9)
    with pytest.raises(StoreDenied):
        list(FolderDeposit(folder).list_files())
