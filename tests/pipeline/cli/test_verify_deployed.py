from __future__ import annotations

import json

import pytest
from moto import mock_aws

from pipeline.cli import run
from tests.pipeline.cli.conftest import told_in_one_line
from tests.pipeline.model.test_cloud_roles import allow
from tests.pipeline.vendors.test_aws_account import REGION, client, make_database, make_role, make_vault
from tests.seaweedfs import free_ports

HERE = ("verify-deployed", "--region", REGION, "--bucket", "vault")


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret")


def test_a_sound_account_passes_and_what_is_changed_by_hand_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with mock_aws():
        s3, without = make_vault(), ("--without", "keys", "--without", "database", "--without", "roles")
        assert run([*HERE, *without]) == 0
        assert capsys.readouterr().out == "1 looked at, 0 findings; not looked at: database, keys, roles\n"

        s3.delete_bucket_policy(Bucket="vault")
        assert run([*HERE, *without]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "broken   bucket vault  tls-only: its policy does not refuse requests without TLS"
    assert len(lines) == 2


def test_what_is_not_there_is_told_for_each_part(capsys: pytest.CaptureFixture[str]) -> None:
    with mock_aws():
        make_database()
        make_role("earmark-web", allow("s3:GetObject", "arn:aws:s3:::vault/audit/*"))
        make_role("earmark-worker", allow("s3:GetObject"))
        key = client("kms").create_key()["KeyMetadata"]["KeyId"]
        client("kms").create_alias(AliasName="alias/earmark/acme", TargetKeyId=key)
        assert run([*HERE, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["is_sound"] is False
    assert {(f["place"], f["rule"], f["trouble"]) for f in told["findings"]} == {
        ("bucket vault", "looked-at", "unknown"),
        ("key alias/earmark/acme", "rotation", "broken"),
        ("role earmark-worker", "tenant-session", "broken"),
        *((f"role earmark-{name}", "looked-at", "unknown") for name in ("operator", "training", "reviewer")),
        *((f"role earmark-{name}-tenant", "looked-at", "unknown") for name in ("web", "worker")),
    }


def test_an_account_that_cannot_be_reached_is_never_fine(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_ports(1)[0]}")
    assert run([*HERE]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in lines[:-1]} == {"unknown"}
    assert len(lines) == 11
    assert "a-secret" not in "".join(lines)


@pytest.mark.parametrize("arguments", [(), ("--region", REGION), ("--bucket", "vault"), ("--without", "everything")])
def test_what_does_not_say_where_is_refused(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["verify-deployed", *arguments])
    shown = capsys.readouterr()
    assert code == 2
    told_in_one_line(code, shown.out, shown.err)


def test_leaving_everything_out_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    parts = [word for part in ("buckets", "keys", "database", "roles") for word in ("--without", part)]
    assert run(["verify-deployed", "--region", REGION, *parts]) == 2
    assert "nothing to look at" in capsys.readouterr().err
