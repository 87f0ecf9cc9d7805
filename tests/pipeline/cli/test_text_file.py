from __future__ import annotations

import traceback

import pytest

from pipeline.cli.text_file import read_text_file
from pipeline.model.errors import InvalidInput


def test_a_file_is_read_without_the_white_space_around_it(tmp_path):
    file = tmp_path / "words.txt"
    file.write_text("\n one é \n two \n")
    assert read_text_file(file, most_bytes=100) == "one é \n two"


@pytest.mark.parametrize("held", [b"canary\xff", b"", b" \n", b"canary" * 20, None])
def test_what_cannot_be_used_is_refused_by_the_files_name_alone(tmp_path, held):
    file = tmp_path / "words.txt"
    if held is not None:
        file.write_bytes(held)
    with pytest.raises(InvalidInput, match=r"^words\.txt: ") as refusal:
        read_text_file(file, most_bytes=100)
    assert "canary" not in "".join(traceback.format_exception(refusal.value))
