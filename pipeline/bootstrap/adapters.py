"""Which adapter stands where: by name from the settings, each imported when it is built.

An unknown name is refused with the known ones, so that a vendor that is not used needs no package.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipeline.bootstrap.watched import watched
from pipeline.model.errors import InvalidInput
from pipeline.model.tenant import COMPANY_OF_ENGINE
from pipeline.policies.facts import ProcessorAsk
from pipeline.ports.artifacts import Artifacts
from pipeline.ports.clock import Clock
from pipeline.ports.cloud import CloudAccount
from pipeline.ports.deposit import Deposit
from pipeline.ports.identity import Identities
from pipeline.ports.keys import Keys
from pipeline.ports.recordings import RecordingsVendor
from pipeline.ports.telephony import Telephony
from pipeline.ports.transcriber import Transcriber
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.vendors.twilio_line import TwilioLine

_HURRIED_S: Final = 4
"""No attempt begins later than this, and none waits longer to be connected or for an answer: twelve seconds at most."""


def choose_objects(settings: Settings) -> Artifacts:
    """Give the store of artifacts.

    Raises:
        InvalidInput: the settings do not fit together.
    """
    return watched(_choose(_OBJECTS, settings.artifacts.store, settings), "artifacts")


def hosts_of(objects: Artifacts) -> tuple[ProcessorAsk, ...]:
    """Name the company on whose computers a store keeps its objects; none where they lie in this building."""
    meta = objects.audit
    return (ProcessorAsk(name=meta.processor, purpose="hosting", region=meta.region),) if meta.processor else ()


def choose_keys(settings: Settings) -> Keys:
    """Give the keeper of the tenants' keys.

    Raises:
        InvalidInput: the settings do not fit together.
    """
    return watched(_choose(_KEYS, settings.keys.keeper, settings), "keys")


def load_transcribers(settings: Settings) -> dict[str, Transcriber]:
    """Load the recognisers that are set up, by the names tenants choose them by.

    Raises:
        IntegrityError: a model file is not the one that was pinned.
    """
    return {name: watched(_ENGINES[name](settings), "transcriber") for name in _configured(settings)}


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
    return dict(COMPANY_OF_ENGINE), _configured(settings)


def twilio_line(settings: Settings, *, is_hurried: bool = False) -> TwilioLine:
    """Give the way to Twilio; who shares it keeps one pace for each account.

    Args:
        settings: where Twilio is, and how long a request may take.
        is_hurried: a call waits for the answer, and Twilio waits fifteen seconds for ours.

    Raises:
        VendorRefused: the address that is set cannot be one.
    """
    from pipeline.vendors.twilio_line import TwilioLine
    from pipeline.vendors.twilio_pace import Patience

    chosen = settings.twilio
    if is_hurried:
        patience = Patience(budget_s=_HURRIED_S)
        return TwilioLine(api_base=chosen.api_base, timeout_s=min(chosen.timeout_s, _HURRIED_S), patience=patience)
    return TwilioLine(api_base=chosen.api_base, timeout_s=chosen.timeout_s)


def recordings_of(settings: Settings, line: TwilioLine | None = None) -> RecordingsVendor:
    """Give the vendor that makes the recordings."""
    from pipeline.vendors.twilio import TwilioRecordings

    vendor = TwilioRecordings(line=line or twilio_line(settings), max_media_bytes=settings.twilio.max_media_bytes)
    return watched(vendor, "recordings")


def telephony_of(settings: Settings, line: TwilioLine | None = None) -> Telephony:
    """Give the vendor that carries the calls."""
    from pipeline.vendors.twilio_calls import TwilioTelephony

    return watched(TwilioTelephony(line=line or twilio_line(settings)), "telephony")


def identities(clock: Clock) -> Identities:
    """Give the way to tenants' own identity providers."""
    from pipeline.vendors.oidc import OidcIdentities

    return watched(OidcIdentities(clock), "identity")


def cloud_account(region: str) -> CloudAccount:
    """Give the cloud's account that is looked at, as whoever runs this process: an auditor's rights are enough."""
    from pipeline.vendors.aws_account import AwsAccount, AwsSettings

    return AwsAccount(AwsSettings(region=region))


def deposits_of(settings: Settings) -> Callable[[str], Deposit]:
    """Give the way to files that lie ready: in a folder, or in a bucket by the region and keys of the artifact store.

    What it gives raises InvalidInput where a place is neither, or a bucket's region is not set.
    """
    from pipeline.vendors.folder_deposit import FolderDeposit

    def open_place(place: str) -> Deposit:
        if place.startswith("s3://"):
            return watched(_s3_deposit(settings, place), "deposit")
        return watched(FolderDeposit(Path(place)), "deposit")

    return open_place


def _s3_deposit(settings: Settings, place: str) -> Deposit:
    from pipeline.vendors.s3_connect import S3Settings
    from pipeline.vendors.s3_deposit import S3Deposit

    bucket, _, prefix = place.removeprefix("s3://").partition("/")
    chosen = settings.artifacts
    if not bucket or not chosen.region:
        raise InvalidInput("a bucket is s3://bucket/prefix, and is reached by EARMARK_ARTIFACTS__REGION")
    return S3Deposit(
        S3Settings(
            bucket=bucket,
            region=chosen.region,
            endpoint_url=chosen.endpoint,
            access_key=chosen.access_key.get_secret_value() if chosen.access_key else None,
            secret_key=chosen.secret_key.get_secret_value() if chosen.secret_key else None,
        ),
        prefix=prefix,
    )


def _files(settings: Settings) -> Artifacts:
    from pipeline.vendors.files import FileArtifacts

    return FileArtifacts(settings.data_dir / "artifacts")


def _s3(settings: Settings) -> Artifacts:
    from pipeline.vendors.s3 import S3Artifacts, S3Settings

    chosen = settings.artifacts
    if not chosen.bucket or not chosen.region:
        raise InvalidInput("the S3 store needs EARMARK_ARTIFACTS__BUCKET and EARMARK_ARTIFACTS__REGION")
    place = S3Settings(
        bucket=chosen.bucket,
        region=chosen.region,
        endpoint_url=chosen.endpoint,
        access_key=chosen.access_key.get_secret_value() if chosen.access_key else None,
        secret_key=chosen.secret_key.get_secret_value() if chosen.secret_key else None,
        prefix=chosen.prefix,
    )
    if not chosen.tenant_role:
        return S3Artifacts(place)

    from pipeline.vendors.aws_tenants import TenantRole
    from pipeline.vendors.s3_tenants import S3TenantArtifacts

    return S3TenantArtifacts(place, TenantRole(arn=chosen.tenant_role, sts_endpoint_url=settings.sts_endpoint))


def _file_keys(settings: Settings) -> Keys:
    from pipeline.vendors.key_file import FileKeys

    return FileKeys(settings.data_dir / "keys")


def _kms(settings: Settings) -> Keys:
    from pipeline.vendors.kms import KmsKeys
    from pipeline.vendors.kms_connect import KmsSettings

    chosen = settings.keys
    if not chosen.region:
        raise InvalidInput("KMS needs EARMARK_KEYS__REGION")
    keeper = KmsSettings(
        region=chosen.region,
        endpoint_url=chosen.endpoint,
        access_key=chosen.access_key.get_secret_value() if chosen.access_key else None,
        secret_key=chosen.secret_key.get_secret_value() if chosen.secret_key else None,
    )
    if not chosen.tenant_role:
        return KmsKeys(keeper)

    from pipeline.vendors.aws_tenants import TenantRole
    from pipeline.vendors.kms_tenants import KmsTenantKeys

    return KmsTenantKeys(keeper, TenantRole(arn=chosen.tenant_role, sts_endpoint_url=settings.sts_endpoint))


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


def _configured(settings: Settings) -> tuple[str, ...]:
    """Name the recognisers that are configured: the local one always, Deepgram where it has a key."""
    return ("local", "deepgram") if settings.deepgram.api_key else ("local",)


def _choose[T](table: Mapping[str, Callable[[Settings], T]], name: str, settings: Settings) -> T:
    if name not in table:
        raise InvalidInput(f"no adapter named {name}; known are {', '.join(sorted(table))}")
    return table[name](settings)
