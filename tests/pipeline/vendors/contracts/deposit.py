"""What every place of files promises."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.model.errors import InvalidInput, NotFound
from pipeline.ports.deposit import Deposit

FILES = {"a/one.wav": b"one", "b.wav": b"bb", "with space é.wav": b"third"}


class DepositContract:
    """An adapter's tests give `filled`, a place that holds FILES, and `nowhere`, one that is not there."""

    def test_every_file_is_listed_in_order_with_its_size_and_no_name_shows(self, filled: Deposit) -> None:
        listed = list(filled.list_files())
        assert [(file.name.removeprefix("in/"), file.size_bytes) for file in listed] == [
            (name, len(body)) for name, body in sorted(FILES.items())
        ]
        assert "one" not in repr(listed)

    def test_a_file_is_read_whole_or_not_at_all(self, filled: Deposit) -> None:
        for file, body in zip(filled.list_files(), (FILES[name] for name in sorted(FILES)), strict=True):
            assert filled.read(file.name, most_bytes=len(body)) == body
            with pytest.raises(InvalidInput, match="larger"):
                filled.read(file.name, most_bytes=len(body) - 1)

    def test_what_is_not_there_is_not_found(self, filled: Deposit, absent: str) -> None:
        with pytest.raises(NotFound):
            filled.read(absent, most_bytes=9)

    def test_a_place_that_is_not_there_is_not_found(self, nowhere: Callable[[], Deposit]) -> None:
        with pytest.raises(NotFound):
            list(nowhere().list_files())

    def test_no_name_leads_out_of_the_place(self, filled: Deposit, outside: str) -> None:
        with pytest.raises(InvalidInput):
            filled.read(outside, most_bytes=9)
