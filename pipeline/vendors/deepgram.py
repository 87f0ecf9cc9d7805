"""Speech recognition by Deepgram (`POST /v1/listen`), the whole audio in one request.

Sent to Deepgram: the audio's bytes, the language and the options below. Never sent: who the tenant is, who spoke, a
URL, a tag or a key term (those would stand in its usage logs). `mip_opt_out=true` goes with every request: without it
the audio is kept for training. Speakers are told apart by channel, never by voice. Attempts belong to the workflow, so
the client's own retries are off; redirects are not followed, so audio goes to no host that was not chosen.

`redact` is not sent. With `redact=pci` at the source we would never hold a spoken card number, which is less data; but
the replaced words lose their text and 1:1 times, so neither the muted spans nor what detection missed could be checked,
and it never touches audio. We hide locally, from the words as spoken, and keep them in sealed artifacts alone.
`smart_format` is off for the same reason: it joins spoken digits into one word with one time.
"""

from __future__ import annotations

import hashlib
import warnings
from bisect import bisect_right
from typing import Final

import httpx
from deepgram import DeepgramClient
from deepgram.core.api_error import ApiError
from deepgram.environment import DeepgramClientEnvironment
from pydantic import BaseModel, Field, ValidationError

from pipeline.model.errors import InvalidInput, VendorBrokeContract, VendorError, VendorRefused, VendorUnavailable
from pipeline.model.transcript import Transcript, Utterance, Word
from pipeline.ports.transcriber import AuditMeta, Capabilities
from pipeline.redaction.audio import AudioFacts, describe

US_HOST: Final = "https://api.deepgram.com"
EU_HOST: Final = "https://api.eu.deepgram.com"
MODEL: Final = "nova-3"
# The English model of nova-3 as answers named it from 2025-10 to 2026-09. Other languages have versions of their own.
MODEL_VERSION: Final = "2025-07-31.0"

_LOCALES: Final = ("en-AU", "en-GB", "en-IN", "en-NZ", "en-US")
# Deepgram works on a request for up to ten minutes; a shorter wait would send, and pay for, the audio twice.
_TIMEOUT_S: Final = 620.0
_MAX_CHANNELS: Final = 20
_MAX_DURATION_S: Final = 4 * 3600
_MAX_BYTES: Final = 2_000_000_000
_REGIONS: Final = {US_HOST: "us", EU_HOST: "eu"}
_RETRYABLE: Final = frozenset({408, 429})


class DeepgramTranscriber:
    """Deepgram's prerecorded recognition, one pinned model.

    Args:
        api_key: a key of the project, read nowhere else.
        host: `US_HOST`, `EU_HOST` (fails rather than falling back) or a self-hosted address.
        model: as Deepgram calls it.
        version: of the model, or `latest`, which no answer can be checked against.
        region: where another host than Deepgram's own processes, as policies name regions.
    """

    name = "deepgram"
    capabilities = Capabilities(languages=("en",), max_channels=_MAX_CHANNELS, max_duration_s=_MAX_DURATION_S)

    def __init__(
        self,
        api_key: str,
        *,
        host: str = US_HOST,
        model: str = MODEL,
        version: str = MODEL_VERSION,
        region: str | None = None,
    ) -> None:
        self.audit = AuditMeta(
            processor="deepgram",
            data_kind="audio",
            purpose="speech recognition",
            region=_REGIONS.get(host) or region or "self-hosted",
            policy_url="https://deepgram.com/privacy",
            log_safe_fields=("request_id", "model", "status", "duration_ms", "channels"),
        )
        self._model, self._version = model, version
        websocket = host.replace("http", "ws", 1)
        client = DeepgramClient(
            api_key=api_key,
            environment=DeepgramClientEnvironment(base=host, production=websocket, agent=websocket, agent_rest=host),
            max_retries=0,
            httpx_client=httpx.Client(timeout=_TIMEOUT_S, follow_redirects=False),
        )
        with warnings.catch_warnings():
            # deepgram-sdk 7.17 imports, on first use, names that websockets calls old (seen 2026-11-21).
            warnings.filterwarnings("ignore", r"websockets\.", DeprecationWarning)
            self._media = client.listen.v1.media

    def transcribe(self, audio: bytes, *, language: str) -> Transcript:
        facts = self._accept(audio, language)
        answer = self._listen(audio, language if language in _LOCALES else "en")
        self._check(answer, facts, hashlib.sha256(audio).hexdigest())
        return Transcript(
            engine="deepgram",
            model=" ".join(sorted(f"{info.name}@{info.version}" for info in answer.metadata.model_info.values())),
            language=language,
            duration_ms=facts.duration_ms,
            channels=tuple(
                _utterances(channel.alternatives[0].words, answer.results.starts(number), number, facts.duration_ms)
                for number, channel in enumerate(answer.results.channels)
            ),
            request_id=answer.metadata.request_id,
        )

    def _accept(self, audio: bytes, language: str) -> AudioFacts:
        if language.split("-")[0].lower() not in self.capabilities.languages:
            raise InvalidInput(f"deepgram is not asked for the language {language!r}")
        facts = describe(audio)
        if len(audio) > _MAX_BYTES or facts.duration_ms > _MAX_DURATION_S * 1000:
            raise InvalidInput("the audio is longer than deepgram accepts")
        return facts

    def _listen(self, audio: bytes, language: str) -> _Answer:
        try:
            response = self._media.transcribe_file(
                request=audio,
                model=self._model,
                version=self._version,
                language=language,
                mip_opt_out=True,
                multichannel=True,
                punctuate=True,
                smart_format=False,
                utterances=True,
                request_options={"max_retries": 0, "timeout": _TIMEOUT_S},
            )
            # Not warning: a warning about an unexpected value quotes it.
            return _Answer.model_validate(response.model_dump(warnings=False))
        # The causes are dropped on purpose: they carry the vendor's body, which may hold words of the call.
        except ApiError as error:
            raise _refusal(error.status_code) from None
        except httpx.HTTPError as error:
            raise VendorUnavailable("deepgram", "listen", reason=type(error).__name__) from None
        except (ValidationError, AttributeError, TypeError, ValueError):
            raise _broken("another shape than documented") from None

    def _check(self, answer: _Answer, facts: AudioFacts, sha256: str) -> None:
        """Refuse an answer about other bytes, another number of channels, or another model."""
        if answer.metadata.sha256 != sha256:
            raise _broken("the answer is about other bytes than were sent")
        if answer.metadata.channels != facts.channels or len(answer.results.channels) != facts.channels:
            raise _broken("the answer has another number of channels than the audio")
        versions = {info.version for info in answer.metadata.model_info.values()}
        if self._version not in (*versions, "latest"):
            raise _broken("the answer comes from another model version than the pinned one")
        if abs(answer.metadata.duration * 1000 - facts.duration_ms) > max(1000, facts.duration_ms / 100):
            raise _broken("the answer covers another duration than the audio's")


class _HeardWord(BaseModel):
    word: str = Field(repr=False)
    start: float = Field(ge=0, allow_inf_nan=False)
    end: float = Field(ge=0, allow_inf_nan=False)
    confidence: float | None = Field(default=None, allow_inf_nan=False)
    punctuated_word: str | None = Field(default=None, repr=False)

    @property
    def text(self) -> str:
        """The word with its case and marks where those are all that differs; `word` is what aligns."""
        written = self.punctuated_word or ""
        return written if _letters(written) == _letters(self.word) else self.word


class _Alternative(BaseModel):
    words: tuple[_HeardWord, ...] = Field(repr=False)


class _Channel(BaseModel):
    alternatives: tuple[_Alternative, ...] = Field(min_length=1)


class _HeardUtterance(BaseModel):
    channel: int
    start: float = Field(allow_inf_nan=False)


class _Results(BaseModel):
    channels: tuple[_Channel, ...]
    utterances: tuple[_HeardUtterance, ...]

    def starts(self, channel: int) -> tuple[int, ...]:
        """When the utterances of a channel begin, ascending."""
        return tuple(sorted(round(u.start * 1000) for u in self.utterances if u.channel == channel))


class _ModelInfo(BaseModel):
    name: str
    version: str


class _Metadata(BaseModel):
    request_id: str
    sha256: str
    duration: float = Field(allow_inf_nan=False)
    channels: int
    model_info: dict[str, _ModelInfo]


class _Answer(BaseModel):
    metadata: _Metadata
    results: _Results


def _utterances(
    heard: tuple[_HeardWord, ...], starts: tuple[int, ...], channel: int, duration_ms: int
) -> tuple[Utterance, ...]:
    """Group all words of a channel by the utterance that began last; no word is lost where the two lists differ."""
    groups: dict[int, list[Word]] = {}
    earliest = 0
    for item in heard:
        start = min(max(earliest, round(item.start * 1000)), duration_ms - 1)
        end = min(max(start + 1, round(item.end * 1000)), duration_ms)
        earliest = start
        word = Word(text=item.text, channel=channel, start_ms=start, end_ms=end, confidence=item.confidence)
        groups.setdefault(bisect_right(starts, start), []).append(word)
    return tuple(Utterance(channel=channel, words=tuple(words)) for _, words in sorted(groups.items()))


def _letters(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _refusal(status: int | None) -> VendorError:
    if status is None or status in _RETRYABLE or status >= 500:
        return VendorUnavailable("deepgram", "listen", status=status)
    if status < 400:
        return _broken("another shape than documented", status=status)
    return VendorRefused("deepgram", "listen", status=status)


def _broken(reason: str, *, status: int | None = None) -> VendorBrokeContract:
    return VendorBrokeContract("deepgram", "listen", status=status, reason=reason)
