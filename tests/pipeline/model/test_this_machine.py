from __future__ import annotations

import pytest

from pipeline.model.this_machine import is_this_machine


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.8.9.10", "::1", "0:0:0:0:0:0:0:1"])
def test_this_machine_is_known_by_its_name_and_its_numbers(host: str) -> None:
    assert is_this_machine(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "/run/postgresql",
        "localhost.evil.com",
        "127.0.0.1.evil.com",
        "127.0.0.999",
        "127.1",
        "0.0.0.0",
        "10.0.0.1",
        "::",
        "::2",
        "[::1]",
    ],
)
def test_any_other_host_is_another_machine(host: str) -> None:
    assert not is_this_machine(host)
