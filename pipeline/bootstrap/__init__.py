"""From settings to a working whole: the only place that picks an adapter.

Each builder imports its adapter when it is called, so a vendor that is not used needs no package. Models are loaded
once a process and handed on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pipeline import telemetry
from pipeline.bootstrap.adapters import (
    choose_keys,
    choose_objects,
    cloud_account,
    deposits_of,
    hosts_of,
    identities,
    load_listener,
    load_transcribers,
    name_recognisers,
    recordings_of,
    telephony_of,
    twilio_line,
)
from pipeline.bootstrap.channels import code_channels, event_post, notice_channels
from pipeline.ports.artifacts import Artifacts
from pipeline.ports.clock import Clock
from pipeline.ports.codes import CodeChannel
from pipeline.ports.events import EventPost
from pipeline.ports.identity import Identities
from pipeline.ports.keys import Keys
from pipeline.ports.recordings import RecordingsVendor
from pipeline.ports.telephony import Telephony
from pipeline.settings import Settings
from pipeline.store.session import Database
from pipeline.store.vault import Vault

if TYPE_CHECKING:
    from pipeline.steps.context import JudgeContext, StepContext
    from pipeline.workflows.queue import DurableQueue

__all__ = [
    "Base", "WebParts", "cloud_account", "code_channels", "deposits_of", "disposal_context", "judge_context",
    "load_listener", "load_transcribers", "name_recognisers", "open_base", "open_web", "recordings_of",
    "step_context", "telephony_of", "twilio_line",
]  # fmt: skip

_DATABASE: Final = "earmark"
_WEB_WAITS_S: Final = 2
"""How long a request waits for the database: meanwhile a caller hears nothing."""


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
    objects: Artifacts
    keys: Keys
    queue: DurableQueue
    recordings: RecordingsVendor
    telephony: Telephony
    clock: Clock
    public_base: str
    events: EventPost
    identity: Identities
    recognisers: tuple[dict[str, str | None], tuple[str, ...]]
    """Every recogniser with the company that hears with it, and those that are set up."""
    codes: tuple[CodeChannel, ...] = ()


@contextmanager
def open_base(settings: Settings, *, patience_s: int | None = None, via: str = "") -> Iterator[Base]:
    """Open database and vault; the embedded database is started, migrated, and stopped by its last user.

    Args:
        settings: which adapters, and how to reach them.
        patience_s: how long to wait for the database; None: as long as work in the background may.
        via: by what whoever acts came; every audit event says it.

    Raises:
        StoreUnreachable: the database or the data directory cannot be used.
        InvalidInput: the settings do not fit together.
    """
    from pipeline.vendors.system_clock import SystemClock

    telemetry.configure(settings.log_level)
    clock = SystemClock()
    objects, keys = (
        choose_objects(settings),
        choose_keys(settings),
    )
    with ExitStack() as stack:
        app_url = stack.enter_context(_database_url(settings))
        database = Database(app_url, clock=clock, pool_size=settings.database.pool_size, patience_s=patience_s, via=via)
        stack.callback(database.close)
        yield Base(
            settings=settings, clock=clock, app_url=app_url, vault=Vault(database=database, objects=objects, keys=keys)
        )


@contextmanager
def open_web(settings: Settings) -> Iterator[WebParts]:
    """Open what the web app needs; no model is loaded."""
    from pipeline.workflows.queue import DurableQueue

    with open_base(settings, patience_s=_WEB_WAITS_S) as base:
        queue = DurableQueue(base.database.engine, version=settings.worker.version)
        line = twilio_line(settings, is_hurried=True)
        yield WebParts(
            database=base.database,
            objects=base.vault.objects,
            keys=base.keys,
            queue=queue,
            recordings=recordings_of(settings, line),
            telephony=telephony_of(settings, line),
            clock=base.clock,
            public_base=settings.web.public_base,
            codes=code_channels(settings, line),
            events=event_post(base.clock),
            identity=identities(base.clock),
            recognisers=name_recognisers(settings),
        )


def judge_context(base: Base) -> JudgeContext:
    """Give what judging works with; no model is loaded."""
    from pipeline.policies.loader import load_bundle, load_law
    from pipeline.steps.context import JudgeContext

    return JudgeContext(vault=base.vault, clock=base.clock, law=load_law(), bundles=load_bundle)


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
        hosts=hosts_of(base.vault.objects),
        channels=notice_channels(settings, base.clock),
        deposits=deposits_of(settings),
        events=event_post(base.clock),
    )


def disposal_context(base: Base) -> StepContext:
    """Give what steps that dispose of things work with: no model is loaded, so nothing can be heard or detected."""
    from pipeline.bootstrap.unloaded import Unloaded
    from pipeline.policies.loader import load_bundle, load_law
    from pipeline.steps.context import StepContext
    from pipeline.vendors.twilio_decrypt import open_media

    return StepContext(
        vault=base.vault,
        clock=base.clock,
        vendor=recordings_of(base.settings),
        open_media=open_media,
        transcribers={},
        listener=Unloaded(),
        detector=Unloaded(),
        law=load_law(),
        bundles=load_bundle,
    )


@contextmanager
def _database_url(settings: Settings) -> Iterator[str]:
    """Give the app's URL, after migrating where that is ours to do."""
    if settings.database.url is not None:
        if settings.database.owner_url is not None:
            _migrate(settings.database.owner_url.get_secret_value(), app_role=settings.database.app_role)
        yield settings.database.url.get_secret_value()
        return
    from pipeline.vendors.embedded_postgres import EmbeddedPostgres

    server = EmbeddedPostgres(settings.data_dir.resolve() / "postgres")
    server.start()
    try:
        server.create_database(_DATABASE)
        _migrate(server.url(_DATABASE), app_role=settings.database.app_role)
        yield server.url(_DATABASE, user=settings.database.app_role)
    finally:
        server.stop()


def _migrate(owner_url: str, *, app_role: str) -> None:
    """Bring app and engine tables up to date; processes that start together, on any host, wait for each other."""
    from pipeline.store.migrations import migrate, one_at_a_time
    from pipeline.workflows.engine import migrate_engine

    with one_at_a_time(owner_url):
        migrate(owner_url, app_role=app_role)
        migrate_engine(owner_url, app_role=app_role)
