from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.cli.actor import name_via
from tests.pipeline.cli.conftest import document, logged, told_in_one_line

TENANT = ("--tenant", "acme")


def day(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


@pytest.fixture
def notice(tmp_path):
    path = tmp_path / "notice.txt"
    path.write_text("Your data goes to Canary Holdings.")
    return path


@pytest.mark.clause("nejix", "3", "before your data is transferred")
def test_a_notice_is_put_on_file_and_nothing_goes_before_its_day(earmark, acme, notice):
    dates = ("--notified-on", day(-1), "--transfer-on", day(30))
    record = ("transfer", "record", "Canary Holdings", *TENANT, *dates, "--notice", notice, "--json")
    made = document(earmark(*record))
    assert made["notice_sha256"] == hashlib.sha256(notice.read_bytes()).hexdigest()
    listed = earmark("transfer", "list", *TENANT)[1]
    assert made["notice"] in listed
    assert "Canary" not in listed
    assert [entry.facts["via"] for entry in logged("acme") if entry.target == made["notice"]] == [name_via()]
    assert "no notice" in told_in_one_line(*earmark("transfer", "check", "Canary Holdings", *TENANT))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("record", "Holdings", *TENANT, "--notified-on", day(0), "--transfer-on", day(0), "--notice", "{}"), "before"),
        (("record", "Holdings", *TENANT, "--notified-on", "soon", "--transfer-on", day(0), "--notice", "{}"), "soon"),
        (
            ("record", "Holdings", *TENANT, "--notified-on", day(0), "--transfer-on", day(9), "--notice", "{}/none"),
            "cannot be read",
        ),
        (("check", "Holdings", "--tenant", "nobody"), "no tenant nobody"),
        (("list", "--tenant", "nobody"), "no tenant nobody"),
    ],
)
def test_bad_input_is_one_line_and_records_nothing(earmark, acme, notice, given, says):
    code, out, err = earmark("transfer", *[part.format(notice) for part in given])
    assert code == 2
    assert says in told_in_one_line(code, out, err)
    assert document(earmark("transfer", "list", *TENANT, "--json")) == []
