"""vCons of a tenant, to be imported by another: exported by the line itself, or put together and signed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pipeline.consent.jws import write_jwks
from pipeline.model.recording import Recording
from pipeline.model.transcript import Transcript
from pipeline.reads.vcon_export import export_vcon
from pipeline.redaction.audio import decode, describe
from pipeline.store.recordings import get_recording
from pipeline.store.signing_keys import get_signer, list_public_keys
from pipeline.vcon.arriving import Arriving, Trust, read_arriving, read_trust
from pipeline.vcon.signed import sign_vcon, verify_vcon
from pipeline.workflows.vcon_import import Brought, Judged, import_vcon, judge_vcon
from tests.line import Line
from tests.pipeline.workflows.house_of_fakes import Log, ScriptedTranscriber

LATER = timedelta(days=1)
BROUGHT = Brought(actor="user:ben", reason="moved from another system", sha256="0" * 64, content_hash="sha512-AA")


class HonestTranscriber(ScriptedTranscriber):
    """Hears a word of its script only where there is a sound."""

    def transcribe(self, audio: bytes, *, language: str) -> Transcript:
        heard, samples, rate = super().transcribe(audio, language=language), decode(audio), describe(audio).sample_rate

        def sounds(word) -> bool:
            part = samples[word.start_ms * rate // 1000 : word.end_ms * rate // 1000, word.channel]
            return bool(len(part)) and bool(abs(part).max() > 0)

        channels = tuple(
            tuple(replace(u, words=tuple(w for w in u.words if sounds(w))) for u in channel)
            for channel in heard.channels
        )
        return replace(heard, channels=channels)


def honest(line: Line) -> Line:
    """The line with ears that hear what there is."""
    return line.with_parts(transcribers={"local": HonestTranscriber(Log(line.folder / "vendor.log"))})


def exported(line: Line, recording: Recording) -> bytes:
    """A recording as a signed vCon."""
    return export_vcon(line.context.vault, line.owner.id, recording.id, actor="user:ada", reason="asked for")


def keys_of(line: Line) -> bytes:
    """The tenant's published keys."""
    with line.tx() as tx:
        return json.dumps(write_jwks([k.public_key for k in list_public_keys(tx)], tenant=tx.tenant)).encode()


def trust_of(line: Line) -> Trust:
    """What somebody trusts who has the tenant's keys."""
    return read_trust(keys_of(line))


def opened(body: bytes, line: Line) -> dict:
    """A vCon's document, by the keys of who signed it."""
    return verify_vcon(body, pinned=trust_of(line).pinned)


def signed(document: dict, line: Line) -> bytes:
    """A document signed anew in the name of a tenant."""
    with line.tx() as tx:
        private = get_signer(tx, keys=line.context.vault.keys).private_key
    public = Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
    return json.dumps(sign_vcon(document, private_key=private, public_key=public)).encode()


def arriving(body: bytes, trust: Trust | None) -> Arriving:
    """A vCon as it is read for import."""
    return read_arriving(body, trust=trust, now=datetime.now(UTC) + LATER, beside=lambda name: None)


def judged(line: Line, body: bytes, trust: Trust | None) -> Judged:
    """A vCon that may be imported."""
    return judge_vcon(line.context, line.owner.id, arriving(body, trust), BROUGHT)


def imported(
    line: Line, body: bytes, trust: Trust | None, *, names: list[str] | None = None, dies_before: str = ""
) -> Recording:
    """The recording that a vCon is imported as; the process may die before a step."""

    def heard(name: str) -> None:
        if name == dies_before:
            raise KeyboardInterrupt
        if names is not None:
            names.append(name)

    made = import_vcon(line.context, judged(line, body, trust), BROUGHT, before_step=heard)
    with line.tx() as tx:
        return get_recording(tx, made)
