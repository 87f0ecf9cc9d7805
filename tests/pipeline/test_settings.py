from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from pipeline.model.errors import InvalidInput
from pipeline.settings import DatabaseSettings, Settings, read_settings

URL = "postgresql+psycopg://earmark_app:hunter2@db.internal:5432/earmark?sslmode=verify-full"


def test_a_setting_is_the_path_of_its_field(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EARMARK_DATA_DIR", "/srv/earmark")
    monkeypatch.setenv("EARMARK_WEB__PORT", "8443")
    settings = read_settings()
    assert settings.data_dir == Path("/srv/earmark")
    assert settings.web.port == 8443
    assert settings.web.host == "127.0.0.1"


def test_what_a_command_sets_itself_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EARMARK_LOG_LEVEL", "debug")
    assert read_settings(log_level="error").log_level == "error"


def test_settings_cannot_be_changed_after_they_were_read() -> None:
    with pytest.raises(ValidationError):
        setattr(read_settings(), "log_level", "debug")  # noqa: B010 - the type says that it cannot be


def test_no_secret_shows_where_settings_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE__URL", "DATABASE__SYSTEM_URL", "DATABASE__ENGINE_URL", "DATABASE__OWNER_URL"):
        monkeypatch.setenv(f"EARMARK_{name}", URL)
    for name in ("DEEPGRAM__API_KEY", "ARTIFACTS__SECRET_KEY", "ARTIFACTS__ACCESS_KEY", "KEYS__SECRET_KEY"):
        monkeypatch.setenv(f"EARMARK_{name}", "hunter2")
    settings = read_settings()
    assert settings.database.url is not None
    assert settings.database.url.get_secret_value() == URL
    shown = settings.shown()
    assert "hunter2" not in repr(settings) + str(settings) + repr(shown)
    assert shown["web.port"] == "8300"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EARMARK_WEB__PORT", "hunter2"),
        ("EARMARK_WEB__PORT", "70000"),
        ("EARMARK_LOG_LEVEL", "hunter2"),
        ("EARMARK_ARTIFACTS__STORE", "hunter2"),
        ("EARMARK_DATABASE__URL", "hunter2"),
        ("EARMARK_DATABASE__URL", URL.replace("+psycopg", "")),
        ("EARMARK_DATABASE__OWNER_URL", "mysql://root:hunter2@db/x"),
        ("EARMARK_DATABASE__PASSWORD", "hunter2"),
        ("EARMARK_TWILIO__TIMEOUT_S", "0"),
    ],
)
def test_a_wrong_value_names_its_setting_and_is_not_repeated(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidInput, match=f"setting {name}: ") as told:
        read_settings()
    assert "hunter2" not in str(told.value)
    assert told.value.__cause__ is None


def test_a_group_given_as_one_text_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EARMARK_DATABASE", "hunter2")
    with pytest.raises(InvalidInput, match=r"setting EARMARK_DATABASE: .*EARMARK_DATABASE__") as told:
        read_settings()
    assert "hunter2" not in str(told.value)


@pytest.mark.parametrize("url", [URL, "postgresql+psycopg://earmark_app@/earmark?host=/run/pg", None])
def test_a_database_url_names_the_driver_or_is_left_out(url: str | None) -> None:
    assert DatabaseSettings.model_validate({"url": url}) is not None


def test_every_setting_says_what_it_is() -> None:
    groups = {name: f.annotation for name, f in Settings.model_fields.items()}
    fields = [f for group in groups.values() for f in getattr(group, "model_fields", {}).values()]
    assert len(fields) > 20
    assert all(field.description for field in fields)


@pytest.mark.parametrize("region", ["*", "us-*", "eu,us", "", "any region", "EU"])
@pytest.mark.clause("nejix", "3", "Cloud providers, e.g., AWS / GCP]")
def test_a_region_is_one_by_its_name_and_no_wildcard(monkeypatch: pytest.MonkeyPatch, region: str) -> None:
    for group in ("ARTIFACTS", "KEYS"):
        monkeypatch.setenv(f"EARMARK_{group}__REGION", region)
        with pytest.raises(InvalidInput, match=f"EARMARK_{group}__REGION"):
            read_settings()
        monkeypatch.setenv(f"EARMARK_{group}__REGION", "eu-central-1")
        read_settings()
        monkeypatch.delenv(f"EARMARK_{group}__REGION")


@pytest.mark.parametrize("name", ["TWILIO__API_BASE", "DEEPGRAM__API_BASE", "ARTIFACTS__ENDPOINT", "KEYS__ENDPOINT"])
@pytest.mark.clause("nejix", "5", "encryption in transit (TLS) and at rest")
def test_nothing_is_sent_in_the_clear_but_to_this_machine(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for clear in (
        "http://s3.internal",
        "http://127.0.0.1.evil.com",
        "http://localhost.evil.com",
        "s3.internal",
        "ftp://x",
    ):
        monkeypatch.setenv(f"EARMARK_{name}", clear)
        with pytest.raises(InvalidInput, match=f"EARMARK_{name}: "):
            read_settings()
    for given in ("https://s3.internal:9000", "http://127.0.0.1:8333", "http://localhost:9", "http://[::1]:9"):
        monkeypatch.setenv(f"EARMARK_{name}", given)
        read_settings()


@pytest.mark.parametrize(
    "end",
    ["", "?sslmode=prefer", "?sslmode=disable", "?host=db.internal", "?hostaddr=10.0.0.7", "?sslmode=require&sslmode="],
)
@pytest.mark.clause("nejix", "5", "encryption in transit (TLS) and at rest")
def test_a_database_on_another_machine_is_spoken_to_over_tls_alone(monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    plain = URL.partition("?")[0] if not end.startswith("?host") else "postgresql+psycopg://earmark_app@/earmark"
    for name in ("DATABASE__URL", "DATABASE__SYSTEM_URL", "DATABASE__ENGINE_URL", "DATABASE__OWNER_URL"):
        monkeypatch.setenv(f"EARMARK_{name}", plain + end)
        with pytest.raises(InvalidInput, match=f"EARMARK_{name}: .*sslmode=require"):
            read_settings()
        monkeypatch.setenv(f"EARMARK_{name}", f"{plain}?sslmode=require")
        read_settings()
        monkeypatch.setenv(f"EARMARK_{name}", "postgresql+psycopg://earmark_app@localhost/earmark")
        read_settings()
        monkeypatch.delenv(f"EARMARK_{name}")


def test_secrets_come_from_files_named_like_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # as Kubernetes mounts them: links into a folder that is swapped whole
    (tmp_path / "..2026").mkdir()
    (tmp_path / "..2026" / "earmark_database__url").write_text(URL + "\n")
    (tmp_path / "earmark_database__url").symlink_to("..2026/earmark_database__url")
    (tmp_path / "another_program").write_text("not ours")
    monkeypatch.setenv("EARMARK_SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("EARMARK_DATABASE__URL", URL.replace("hunter2", "of-the-environment"))
    monkeypatch.setenv("EARMARK_DATABASE__POOL_SIZE", "5")

    database = read_settings().database

    assert database.url is not None
    assert database.url.get_secret_value() == URL
    assert database.pool_size == 5


def test_a_folder_of_secrets_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EARMARK_SECRETS_DIR", str(tmp_path / "gone"))
    with pytest.raises(InvalidInput, match="EARMARK_SECRETS_DIR: there is no such folder"):
        read_settings()


def test_a_secret_that_no_setting_has_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "earmark_database__pasword").write_text("hunter2")
    monkeypatch.setenv("EARMARK_SECRETS_DIR", str(tmp_path))
    with pytest.raises(InvalidInput, match="EARMARK_DATABASE__PASWORD") as refused:
        read_settings()
    assert "hunter2" not in str(refused.value)
