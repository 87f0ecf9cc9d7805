from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pipeline.cli.conftest import Earmark, told_in_one_line, write_wav


def empty(path: Path) -> None:
    path.write_bytes(b"")


def text(path: Path) -> None:
    path.write_text("my card number is four five three two")


def truncated(path: Path) -> None:
    path.write_bytes(write_wav(path).read_bytes()[:-1000])


def cut_in_the_header(path: Path) -> None:
    path.write_bytes(write_wav(path).read_bytes()[:30])


def second_data_chunk(path: Path) -> None:
    body = write_wav(path).read_bytes() + b"data" + struct.pack("<I", 4) + b"\0\0\0\0"
    path.write_bytes(body[:4] + struct.pack("<I", len(body) - 8) + body[8:])


def no_channels(path: Path) -> None:
    body = write_wav(path).read_bytes()
    path.write_bytes(body[:22] + struct.pack("<H", 0) + body[24:])


def too_fast(path: Path) -> None:
    write_wav(path, rate=96_000)


def folder(path: Path) -> None:
    path.mkdir()


def nothing(path: Path) -> None:
    pass


FILES = [empty, text, truncated, cut_in_the_header, second_data_chunk, no_channels, too_fast, folder, nothing]


@pytest.mark.parametrize("make", FILES, ids=lambda make: make.__name__)
def test_a_file_that_cannot_be_used_is_refused_and_nothing_is_written(
    earmark: Earmark, installation: Path, tmp_path: Path, make: Callable[[Path], None]
) -> None:
    audio, out = tmp_path / "call.wav", tmp_path / "out"
    make(audio)
    answer = earmark("process", audio, "--tenant", "acme", "--out", out)
    assert answer[0] == 2
    told_in_one_line(*answer)
    assert not out.exists()
    assert not installation.exists()


def test_an_unknown_tenant_is_refused_before_models_are_loaded(
    earmark: Earmark, installation: Path, tmp_path: Path
) -> None:
    answer = earmark("process", write_wav(tmp_path / "call.wav"), "--tenant", "nobody", "--out", tmp_path / "out")
    assert answer[0] == 2
    assert told_in_one_line(*answer) == "no tenant nobody"
    assert not (tmp_path / "out").exists()
    assert not (installation / "models").exists()


def test_a_place_for_results_that_is_a_file_is_refused(
    earmark: Earmark, acme: str, installation: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.write_text("mine")
    answer = earmark("process", write_wav(tmp_path / "call.wav"), "--tenant", acme, "--out", out)
    assert answer[0] == 2
    assert told_in_one_line(*answer) == "--out is a file, not a directory"
    assert out.read_text() == "mine"
    assert not (installation / "models").exists()


def test_another_tenants_key_is_told_before_anything_is_sealed(
    earmark: Earmark, acme: str, installation: Path, tmp_path: Path
) -> None:
    assert earmark("tenant", "add", "other", "--policy", "nejix", "--display-name", "Other")[0] == 0
    (installation / "keys" / "acme.json").write_bytes((installation / "keys" / "other.json").read_bytes())
    answer = earmark("process", write_wav(tmp_path / "call.wav"), "--tenant", acme)
    assert answer[0] == 1
    assert "key" in told_in_one_line(*answer)
    assert not (installation / "artifacts" / "tenants").exists()
