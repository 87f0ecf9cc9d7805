"""Process settings, read once at an entry point from the environment and passed on as values.

Names are `EARMARK_` and the path of the field with `__` between, such as `EARMARK_DATABASE__URL`. What a tenant
chooses is not here: that is rows, changed with an audit event.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NestedSecretsSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)
from pydantic_settings import (
    SecretsSettingsSource as FileSecretsSettingsSource,
)

from pipeline.model.errors import InvalidInput
from pipeline.model.this_machine import is_this_machine

_REGION: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TLS_MODES: Final = frozenset({"require", "verify-ca", "verify-full"})
_POSTGRES_URL: Final = re.compile(r"postgresql\+psycopg://[^/\s]*(/|$|\?)")


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _is_encrypted(given: str) -> str:
    """Refuse to send anything in the clear, except to this machine."""
    try:
        parts = urlsplit(given)
        host = parts.hostname or ""
    except ValueError:
        raise ValueError("not an address such as https://api.example.com") from None
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and is_this_machine(host))):
        raise ValueError("an address begins with https://; http:// is for this machine alone")
    return given


type Address = Annotated[str, AfterValidator(_is_encrypted)]


class DatabaseSettings(_Group):
    """Which PostgreSQL. Without a URL the embedded one under the data directory is used."""

    url: SecretStr | None = Field(default=None, description="SQLAlchemy URL of the app's role; empty: embedded")
    system_url: SecretStr | None = Field(
        default=None, description="URL of the role that reads across tenants, `earmark_app_system`"
    )
    engine_url: SecretStr | None = Field(
        default=None, description="URL of the durable engine's role, `earmark_app_engine`; workers need it"
    )
    owner_url: SecretStr | None = Field(default=None, description="URL of the schema's owner, for migrations only")
    app_role: str = Field(
        default="earmark_app", description="role the app connects as; made by the migration with those named after it"
    )
    contract: bool = Field(
        default=False, description="migrate also what the release before needs; once none of it runs any more"
    )
    pool_size: int = Field(default=8, ge=1, le=100, description="connections kept open by each process")

    @field_validator("url", "system_url", "engine_url", "owner_url")
    @classmethod
    def _names_the_driver(cls, given: SecretStr | None) -> SecretStr | None:
        if given is not None and not _POSTGRES_URL.match(given.get_secret_value()):
            raise ValueError("not of the form postgresql+psycopg://user:password@host:port/database")
        if given is not None:
            _check_tls(given.get_secret_value())
        return given

    def missing(self) -> tuple[str, ...]:
        """Name the settings that a database of one's own needs and that are not set; the embedded one needs none."""
        if self.url is None or self.system_url is not None:
            return ()
        return ("EARMARK_DATABASE__SYSTEM_URL",)


def _check_tls(url: str) -> None:
    """Refuse a database on another machine that may be spoken to in the clear, as it may where nothing is said."""
    try:
        parts = urlsplit(url)
        asked = parse_qs(parts.query, keep_blank_values=True)
        hosts = [parts.hostname or "", *asked.get("host", []), *asked.get("hostaddr", [])]
    except ValueError:
        raise ValueError("not of the form postgresql+psycopg://user:password@host:port/database") from None
    here = (not host or host.startswith("/") or is_this_machine(host) for host in hosts)  # a path is a socket's
    if not all(here) and not set(asked.get("sslmode", [""])) <= _TLS_MODES:
        raise ValueError("a database on another machine needs ?sslmode=require, verify-ca or verify-full")


def _names_one_region(given: str | None) -> str | None:
    """Refuse a wildcard or a list: a policy names providers with their regions, and each must be one that is known."""
    if given is not None and not _REGION.fullmatch(given):
        raise ValueError("one region by its name is expected, such as eu-central-1")
    return given


type Region = Annotated[str | None, AfterValidator(_names_one_region)]
type RoleArn = Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+$")]


class ArtifactSettings(_Group):
    """Where sealed artifacts lie."""

    store: Literal["files", "s3"] = Field(default="files", description="`files` under the data directory, or `s3`")
    bucket: str | None = Field(default=None, description="S3 bucket; versioning and object lock must be on")
    prefix: str = Field(default="", description="put before every S3 key")
    region: Region = Field(default=None, description="S3 region")
    endpoint: Address | None = Field(default=None, description="S3 endpoint, for servers other than AWS")
    access_key: SecretStr | None = Field(default=None, description="S3 access key; empty: AWS's own chain")
    secret_key: SecretStr | None = Field(default=None, description="S3 secret key")
    tenant_role: RoleArn | None = Field(default=None, description="ARN of the role taken for each tenant's objects")


class KeySettings(_Group):
    """Who keeps the tenants' keys."""

    keeper: Literal["file", "kms"] = Field(default="file", description="`file` under the data directory, or `kms`")
    region: Region = Field(default=None, description="KMS region")
    endpoint: Address | None = Field(default=None, description="KMS endpoint, for servers other than AWS")
    access_key: SecretStr | None = Field(default=None, description="KMS access key; empty: AWS's own chain")
    secret_key: SecretStr | None = Field(default=None, description="KMS secret key")
    tenant_role: RoleArn | None = Field(default=None, description="ARN of the role taken for each tenant's keys")


class TwilioSettings(_Group):
    """How to reach Twilio. Account SIDs and tokens belong to the tenants."""

    api_base: Address = Field(default="https://api.twilio.com", description="Twilio's REST API")
    timeout_s: float = Field(default=30, gt=0, description="for one REST call")
    max_media_bytes: int = Field(default=2_000_000_000, gt=0, description="a recording larger than this is refused")


class DeepgramSettings(_Group):
    """How to reach Deepgram. Without a key no tenant can be set to use it."""

    api_base: Address = Field(default="https://api.deepgram.com", description="or `https://api.eu.deepgram.com`")
    api_key: SecretStr | None = Field(default=None, description="Deepgram API key")
    model: str = Field(default="nova-3", description="model asked for by name")
    version: str | None = Field(default=None, description="model version; pin it in production")
    region: str = Field(default="us", description="where the host above processes: `us` or `eu`")


class LocalAsrSettings(_Group):
    """The recognisers on this machine."""

    threads: int = Field(default=1, ge=1, le=64, description="threads of one recognition")


class SmtpSettings(_Group):
    """The mail server that notices and one-time codes go through. Without a host tenants are told by webhook alone."""

    host: str | None = Field(default=None, description="mail server for notices and codes; empty: none go by e-mail")
    port: int = Field(default=587, ge=1, le=65535, description="its port")
    security: Literal["starttls", "tls", "none"] = Field(default="starttls", description="`none` on this machine only")
    username: str | None = Field(default=None, description="name to sign in with; empty: without")
    password: SecretStr | None = Field(default=None, description="password to sign in with")
    sender: str = Field(default="notices@localhost", description="address that mail comes from")
    timeout_s: float = Field(default=30, gt=0, description="for each answer of the mail server")


class WebSettings(_Group):
    """How we are reached."""

    public_base: str = Field(default="http://127.0.0.1:8300", description="what Twilio signs: scheme and host, no path")
    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8300, ge=0, le=65535, description="port to listen on")
    metrics_port: int | None = Field(default=None, ge=0, le=65535, description="figures and health; empty: none")


class MetricsSettings(_Group):
    """Who may read the figures. Nothing is told unless a port or a token is set."""

    host: str = Field(default="127.0.0.1", description="address that figures and health are told on")
    token: SecretStr | None = Field(default=None, description="bearer token for `/metrics`; empty: none on the web app")


class TracesSettings(_Group):
    """Where traces go. Without an endpoint there are none."""

    endpoint: Address | None = Field(default=None, description="OTLP/HTTP collector; empty: no traces")
    share: float = Field(default=1.0, ge=0, le=1, description="part of the traces that is sent, 0 to 1")


class WorkerSettings(_Group):
    """How recordings are worked on."""

    name: str = Field(default="worker-1", description="executor id; one running process may hold a name")
    concurrency: int = Field(default=2, ge=1, le=64, description="recordings at a time in each worker; alike in all")
    tenant_concurrency: int = Field(
        default=4, ge=1, le=1000, description="recordings of one tenant at a time, over all workers"
    )
    tenant_per_minute: int | None = Field(
        default=None, ge=1, description="recordings of one tenant that begin in a minute; empty: no limit"
    )
    version: str = Field(default="1", description="version of the workflows; work in flight stays on its own")
    metrics_port: int | None = Field(default=None, ge=0, le=65535, description="figures and health; empty: none")


class Settings(BaseSettings):
    """Everything a process needs to know before it starts."""

    model_config = SettingsConfigDict(
        env_prefix="EARMARK_",
        env_nested_delimiter="__",
        frozen=True,
        extra="forbid",
        nested_model_default_partial_update=True,
    )

    secrets_dir: Path | None = Field(
        default=None, description="files named like settings, such as `earmark_database__url`"
    )
    data_dir: Path = Field(default=Path(".data"), description="embedded database, files store, key file, model cache")
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="least level logged")
    sts_endpoint: Address | None = Field(default=None, description="STS endpoint; empty: that of the region")
    database: DatabaseSettings = DatabaseSettings()
    artifacts: ArtifactSettings = ArtifactSettings()
    keys: KeySettings = KeySettings()
    twilio: TwilioSettings = TwilioSettings()
    deepgram: DeepgramSettings = DeepgramSettings()
    local_asr: LocalAsrSettings = LocalAsrSettings()
    smtp: SmtpSettings = SmtpSettings()
    web: WebSettings = WebSettings()
    worker: WorkerSettings = WorkerSettings()
    metrics: MetricsSettings = MetricsSettings()
    traces: TracesSettings = TracesSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read secrets from files too, where a folder is named: what runs in a container is shown its environment."""
        files = init_settings().get("secrets_dir") or env_settings().get("secrets_dir")
        if not files:
            return init_settings, env_settings
        # A file counts for more than a variable of the same name, as it is the one that few can read.
        return init_settings, _secret_files(settings_cls, Path(files)), env_settings

    def shown(self) -> dict[str, str]:
        """Give every setting without its secrets, for the start-up line."""
        flat: dict[str, str] = {}
        for name, value in self.model_dump().items():
            if isinstance(value, dict):
                flat |= {f"{name}.{inner}": str(v) for inner, v in value.items() if v is not None}
            else:
                flat[name] = str(value)
        return flat


def _secret_files(settings_cls: type[BaseSettings], folder: Path) -> NestedSecretsSettingsSource:
    """Read a folder of secrets; one that is named and not there is refused."""
    if not folder.is_dir():
        raise InvalidInput("setting EARMARK_SECRETS_DIR: there is no such folder")
    return NestedSecretsSettingsSource(
        FileSecretsSettingsSource(settings_cls, folder),
        secrets_dir=folder,
        secrets_prefix="EARMARK_",
        secrets_nested_delimiter="__",
    )


def read_settings(**given: object) -> Settings:
    """Read the settings from the environment.

    Args:
        given: fields that the caller sets itself, over the environment.

    Raises:
        InvalidInput: a setting has a value that cannot be used; the message names the setting and not the value.
    """
    try:
        return Settings(**given)  # type: ignore[arg-type]  # the fields are checked by the model
    except SettingsError as error:
        named = re.search(r'field "(\w+)"', str(error))
        name = f"EARMARK_{named[1].upper()}" if named else "EARMARK_..."
        raise InvalidInput(f"setting {name}: cannot be read; set its fields one by one, as {name}__...") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = "EARMARK_" + "__".join(str(part) for part in first["loc"]).upper()
        raise InvalidInput(f"setting {name}: {first['msg'].removeprefix('Value error, ')}") from None
