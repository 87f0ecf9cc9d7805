"""From settings to a working whole: the only place that picks an adapter.

Each builder imports its adapter when it is called, so a vendor that is not used needs no package. Models are loaded
once a process and handed on.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pipeline import telemetry
from pipeline.model.errors import InvalidInput
from pipeline.ports.artifacts import Artifacts
from pipeline.ports.clock import Clock
from pipeline.ports.keys import Keys
from pipeline.ports.recordings import RecordingsVendor
from pipeline.ports.telephony import Telephony
from pipeline.ports.transcriber import Transcriber
from pipeline.settings import Settings
from pipeline.store.session import Database, reachable
from pipeline.store.vault import Vault

if TYPE_CHECKING:
    from pipeline.steps.context import StepContext
    from pipeline.vendors.twilio_line import TwilioLine
    from pipeline.workflows.queue import DurableQueue

_DATABASE: Final = "earmark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What every process has: the database, the vault and the time."""

    settings: Settings
    clock: Clock
    vault: Vault
    app_url: str = field(repr=False)

    @property
    def database(self) -> Database:
        """The one PostgreSQL."""
        return self.vault.database

    @property
    def keys(self) -> Keys:
        """Who keeps the tenants' keys."""
        return self.vault.keys


@dataclass(frozen=True, slots=True, kw_only=True)
class WebParts:
    """What the web app is given."""

    database: Database
    keys: Keys
    queue: DurableQueue
    recordings: RecordingsVendor
    telephony: Telephony
    clock: Clock
    public_base: str


@contextmanager
def open_base(settings: Settings) -> Iterator[Base]:
    """Open database and vault; the embedded database is started, migrated, and stopped by its last user.

    Raises:
        StoreUnreachable: the database or the data directory cannot be used.
        InvalidInput: the settings do not fit together.
    """
    from pipeline.vendors.system_clock import SystemClock

    telemetry.configure(settings.log_level)
    clock = SystemClock()
    objects, keys = (
        _choose(_OBJECTS, settings.artifacts.store, settings),
        _choose(_KEYS, settings.keys.keeper, settings),
    )
    with ExitStack() as stack:
        app_url = stack.enter_context(_database_url(settings))
        database = Database(app_url, clock=clock, pool_size=settings.database.pool_size)
        stack.callback(database.close)
        yield Base(
            settings=settings, clock=clock, app_url=app_url, vault=Vault(database=database, objects=objects, keys=keys)
        )


@contextmanager
def open_web(settings: Settings) -> Iterator[WebParts]:
    """Open what the web app needs; no model is loaded."""
    from pipeline.workflows.queue import DurableQueue

    with open_base(settings) as base:
        queue = DurableQueue(base.database.engine, version=settings.worker.version)
        line = twilio_line(settings)
        yield WebParts(
            database=base.database,
            keys=base.keys,
            queue=queue,
            recordings=recordings_of(settings, line),
            telephony=telephony_of(settings, line),
            clock=base.clock,
            public_base=settings.web.public_base,
        )


def step_context(base: Base) -> StepContext:
    """Load the models and give what steps work with.

    Raises:
        IntegrityError: a model file is not the one that was pinned.
    """
    from pipeline.policies.loader import load_bundle, load_law
    from pipeline.redaction.detect import Detector
    from pipeline.redaction.models import load_models
    from pipeline.steps.context import StepContext
    from pipeline.vendors.twilio_decrypt import open_media

    settings = base.settings
    return StepContext(
        vault=base.vault,
        clock=base.clock,
        vendor=recordings_of(settings),
        open_media=open_media,
        transcribers=load_transcribers(settings),
        listener=load_listener(settings),
        detector=Detector(load_models()),
        law=load_law(),
        bundles=load_bundle,
    )


def load_transcribers(settings: Settings) -> dict[str, Transcriber]:
    """Load the recognisers that are set up, by the names tenants choose them by.

    Raises:
        IntegrityError: a model file is not the one that was pinned.
    """
    return {name: _ENGINES[name](settings) for name in _configured(settings)}


def load_listener(settings: Settings) -> Transcriber:
    """Load the second recogniser, which listens to what the first one's words were cut out of."""
    from pipeline.vendors.local_asr import load_whisper_tiny_en

    # It hears every digit as a word, and is given the silences too: skipping them lets more slip by.
    return load_whisper_tiny_en(
        threads=settings.local_asr.threads,
        at_once=settings.worker.concurrency,
        digits_as_words=True,
        skips_silence=False,
    )


def name_recognisers(settings: Settings) -> tuple[dict[str, str | None], tuple[str, ...]]:
    """Name every recogniser with the company that hears with it, and those that are set up."""
    return dict(_COMPANIES), _configured(settings)


def twilio_line(settings: Settings) -> TwilioLine:
    """Give the way to Twilio; who shares it keeps one pace for each account.

    Raises:
        VendorRefused: the address that is set cannot be one.
    """
    from pipeline.vendors.twilio_line import TwilioLine

    return TwilioLine(api_base=settings.twilio.api_base, timeout_s=settings.twilio.timeout_s)


def recordings_of(settings: Settings, line: TwilioLine | None = None) -> RecordingsVendor:
    """Give the vendor that makes the recordings."""
    from pipeline.vendors.twilio import TwilioRecordings

    return TwilioRecordings(line=line or twilio_line(settings), max_media_bytes=settings.twilio.max_media_bytes)


def telephony_of(settings: Settings, line: TwilioLine | None = None) -> Telephony:
    """Give the vendor that carries the calls."""
    from pipeline.vendors.twilio_calls import TwilioTelephony

    return TwilioTelephony(line=line or twilio_line(settings))


@contextmanager
def _database_url(settings: Settings) -> Iterator[str]:
    """Give the app's URL, after migrating where that is ours to do."""
    if settings.database.url is not None:
        if settings.database.owner_url is not None:
            _migrate(settings, settings.database.owner_url.get_secret_value())
        yield settings.database.url.get_secret_value()
        return
    from pipeline.vendors.embedded_postgres import EmbeddedPostgres

    server = EmbeddedPostgres(settings.data_dir.resolve() / "postgres")
    server.start()
    try:
        server.create_database(_DATABASE)
        _migrate(settings, server.url(_DATABASE))
        yield server.url(_DATABASE, user=settings.database.app_role)
    finally:
        server.stop()


def _migrate(settings: Settings, owner_url: str) -> None:
    """Bring app and engine tables up to date; processes that start together wait for each other."""
    from pipeline.store.migrations import migrate
    from pipeline.workflows.engine import migrate_engine

    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with (settings.data_dir / "migrate.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with reachable():
            migrate(owner_url, app_role=settings.database.app_role)
            migrate_engine(owner_url, app_role=settings.database.app_role)


def _files(settings: Settings) -> Artifacts:
    from pipeline.vendors.files import FileArtifacts

    return FileArtifacts(settings.data_dir / "artifacts")


def _s3(settings: Settings) -> Artifacts:
    from pipeline.vendors.s3 import S3Artifacts, S3Settings

    chosen = settings.artifacts
    if not chosen.bucket or not chosen.region:
        raise InvalidInput("the S3 store needs EARMARK_ARTIFACTS__BUCKET and EARMARK_ARTIFACTS__REGION")
    return S3Artifacts(
        S3Settings(
            bucket=chosen.bucket,
            region=chosen.region,
            endpoint_url=chosen.endpoint,
            access_key=chosen.access_key.get_secret_value() if chosen.access_key else None,
            secret_key=chosen.secret_key.get_secret_value() if chosen.secret_key else None,
            prefix=chosen.prefix,
        )
    )


def _file_keys(settings: Settings) -> Keys:
    from pipeline.vendors.key_file import FileKeys

    return FileKeys(settings.data_dir / "keys")


def _kms(settings: Settings) -> Keys:
    from pipeline.vendors.kms import KmsKeys, KmsSettings

    chosen = settings.keys
    if not chosen.region:
        raise InvalidInput("KMS needs EARMARK_KEYS__REGION")
    return KmsKeys(
        KmsSettings(
            region=chosen.region,
            endpoint_url=chosen.endpoint,
            access_key=chosen.access_key.get_secret_value() if chosen.access_key else None,
            secret_key=chosen.secret_key.get_secret_value() if chosen.secret_key else None,
        )
    )


def _local(settings: Settings) -> Transcriber:
    from pipeline.vendors.local_asr import load_whisper_base

    return load_whisper_base(
        settings.data_dir / "models", threads=settings.local_asr.threads, at_once=settings.worker.concurrency
    )


def _deepgram(settings: Settings) -> Transcriber:
    from pipeline.vendors.deepgram import MODEL_VERSION, DeepgramTranscriber

    chosen = settings.deepgram
    key = chosen.api_key.get_secret_value() if chosen.api_key else ""
    return DeepgramTranscriber(
        key, host=chosen.api_base, model=chosen.model, version=chosen.version or MODEL_VERSION, region=chosen.region
    )


_OBJECTS: Final[Mapping[str, Callable[[Settings], Artifacts]]] = {"files": _files, "s3": _s3}
_KEYS: Final[Mapping[str, Callable[[Settings], Keys]]] = {"file": _file_keys, "kms": _kms}
_ENGINES: Final[Mapping[str, Callable[[Settings], Transcriber]]] = {"local": _local, "deepgram": _deepgram}
_COMPANIES: Final[Mapping[str, str | None]] = {"local": None, "deepgram": "deepgram"}
"""Who hears what a recogniser is given, as policies list it; nobody for what stays in the building."""


def _configured(settings: Settings) -> tuple[str, ...]:
    """Name the recognisers that are configured: the local one always, Deepgram where it has a key."""
    return ("local", "deepgram") if settings.deepgram.api_key else ("local",)


def _choose[T](table: Mapping[str, Callable[[Settings], T]], name: str, settings: Settings) -> T:
    if name not in table:
        raise InvalidInput(f"no adapter named {name}; known are {', '.join(sorted(table))}")
    return table[name](settings)
