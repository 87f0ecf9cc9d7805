from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.cli.notice_options import check_notices, notice_secrets
from pipeline.model.errors import InvalidInput
from pipeline.model.tenant import TenantSecrets
from tests.pipeline.cli.conftest import Earmark, document, told_in_one_line


def test_what_is_given_is_set_and_none_takes_it_out() -> None:
    given = {"contact_email": "legal@acme.example", "notice_url": "none", "notice_secret_file": "f"}
    assert dict(notice_secrets(given, lambda name: f"read {name}")) == {
        "contact_email": "legal@acme.example", "notice_url": "", "notice_secret": "read f",
    }  # fmt: skip
    assert dict(notice_secrets({}, str)) == {}


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"contact_email": "a.b+c@mail.acme.example"},
        {"notice_url": "https://acme.example/hooks?x=1", "notice_secret": "s"},
        {"notice_url": "http://127.0.0.1:8080/", "notice_secret": "s"},
    ],
)
def test_a_contact_that_can_be_reached_is_taken(kept: dict[str, str]) -> None:
    check_notices(TenantSecrets(**kept))


@pytest.mark.parametrize(
    "kept",
    [
        {"contact_email": "nobody"},
        {"contact_email": "a@b"},
        {"contact_email": "a@acme.example\r\nBcc: x@y.example"},
        {"notice_url": "http://acme.example/", "notice_secret": "s"},
        {"notice_url": "https://", "notice_secret": "s"},
        {"notice_url": "https://[x/", "notice_secret": "s"},
        {"notice_url": "https://acme.example/"},
    ],
)
def test_a_contact_that_could_never_be_reached_is_refused_without_repeating_it(kept: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as told:
        check_notices(TenantSecrets(**kept))
    assert not any(value in str(told.value) for value in kept.values() if len(value) > 8)


def test_a_contact_is_kept_sealed_and_shown_only_by_name(earmark: Earmark, acme: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hush-hush")
    options = ("--contact-email", "legal@acme.example", "--notice-url", "https://acme.example/x")
    code, out, err = earmark("tenant", "set", acme, *options, "--notice-secret-file", secret, "--json")
    assert code == 0, err
    assert set(document((code, out, err))["secrets"]) >= {"contact_email", "notice_url", "notice_secret"}
    assert "legal@" not in out
    assert "hush" not in out


def test_a_period_outside_the_policys_limits_is_refused_when_it_is_set(earmark: Earmark, acme: str) -> None:
    answer = earmark("tenant", "set", acme, "--keep-days", "recording.original=366")
    assert answer[0] == 2
    assert told_in_one_line(*answer).startswith("recording.original may be kept 1 to 365 days under nejix")
    options = ("--policy", "nejix", "--display-name", "B", "--keep-days", "recording.original=4000")
    assert earmark("tenant", "add", "beta", *options)[0] == 2
    assert earmark("tenant", "show", "beta")[0] == 2
