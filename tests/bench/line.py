"""What a call minute costs, by stage of the line, against bare transcription of the same sound.

`python -m tests.bench.line [--rounds 1]`: the spoken sample calls through every step in this process, as `earmark
process` takes them, with the models of production; processor seconds of each step, its decoders' and the database
server's with them. Bare transcription is faster-whisper's `base` as the line uses it, alone, in turns with the line.
Three tables: the calls one by one, all of them as one call of eight minutes, and the calls with a remote recogniser
(the Deepgram stand-in, which knows the words already, so that what is left to do here counts) beside what users write
themselves: stock Presidio turn by turn, pydub slicing, a put by boto3. Only ratios within a run count.
"""

from __future__ import annotations

import argparse
import io
import os
import resource
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

import boto3
import numpy as np
import soundfile

from pipeline.bootstrap import Base, open_base, step_context
from pipeline.model.span import TimeSpan
from pipeline.model.transcript import Transcript, to_conversation
from pipeline.ports.transcriber import Transcriber
from pipeline.redaction.audio import describe
from pipeline.redaction.evaluation.labelled import LabelledConversation, LabelledTurn
from pipeline.settings import read_settings
from pipeline.steps.context import StepContext
from pipeline.vendors.deepgram import MODEL_VERSION, DeepgramTranscriber
from pipeline.workflows.upload import process_upload
from samples.deepgram_standin import DeepgramStandin
from samples.twilio_standin.audio import read_sound, to_wav
from tests.bench.audio import slice_with_pydub
from tests.bench.evaluate_stock import StockPresidio
from tests.chaos.house import Remembering
from tests.conftest import make_tenant
from tests.seaweedfs import serve_seaweedfs

SOUNDS = Path(__file__).parents[2] / "samples" / "evaluation" / "spoken"
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_VERIFIED_IN: Final = "redact_audio"
"""The step that renders sound, and hears it again; `bench-verify` takes the two apart."""
_DATABASE: Final = "the database, for all of it"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=1)
    rounds = parser.parse_args().rounds
    calls = [_as_wav(path) for path in sorted(SOUNDS.glob("*.ogg"))] * rounds
    with _house() as (base, context):
        _take_through(base, context, "warm", calls[0])  # what is loaded by the first call is no call's cost
        _report("the calls, one by one", *_in_turns(base, context, calls, "call"))
        _report("all as one call", *_in_turns(base, context, [_joined(calls)], "long"))
        _report_remote(base, context, calls)


def _in_turns(base: Base, context: StepContext, sounds: Sequence[bytes], name: str) -> tuple[Counter[str], float]:
    """Run the line and bare transcription in turns; give what each step took for a minute, and what was bare."""
    spent, bare, minutes = Counter[str](), 0.0, _minutes(sounds)
    for number, sound in enumerate(sounds):
        spent += _take_through(base, context, f"{name}{number}", sound)
        bare += _seconds(lambda sound=sound: context.transcribers["local"].transcribe(sound, language="en"))
    return Counter({step: seconds / minutes for step, seconds in spent.items()}), bare / minutes


def _take_through(base: Base, context: StepContext, tenant: str, sound: bytes, **chosen: object) -> Counter[str]:
    """Run the line for a tenant of its own; give the processor seconds of each step."""
    owner = make_tenant(base.database, base.keys, tenant, **chosen)
    spent, at_server = Counter[str](), _database_seconds(base)
    begun, step = _used(), "take in and seal"

    def before(name: str) -> None:
        nonlocal begun, step
        now = _used()
        spent[step] += now - begun
        begun, step = now, name

    process_upload(context, owner.id, sound, before_step=before)
    spent[step] += _used() - begun
    if "withhold" in spent:
        raise SystemExit("a call was withheld: what it cost is not what a call costs")
    spent[_DATABASE] += _database_seconds(base) - at_server
    return spent


def _report(title: str, spent: Counter[str], bare: float) -> None:
    print(f"\n{title}; bare transcription took {bare:.2f} processor seconds a call minute\n")
    print("| stage | s a call minute | ÷ bare transcription |\n|---|---|---|")
    for step, seconds in [*spent.most_common(), ("all", spent.total())]:
        print(f"| {step} | {seconds:.3f} | {seconds / bare:.3f} |")
    unverified = spent.total() - spent[_VERIFIED_IN]
    print(f"| all but {_VERIFIED_IN} | {unverified:.3f} | {unverified / bare:.3f} |")


def _report_remote(base: Base, context: StepContext, calls: Sequence[bytes]) -> None:
    """Have the words from the stand-in, which heard them before anything is counted."""
    knows = Remembering(context.transcribers["local"])
    heard = [knows.transcribe(call, language="en") for call in calls]
    with DeepgramStandin(knows, key="bench") as standin:
        remote: Transcriber = DeepgramTranscriber("bench", host=standin.base_url, version=MODEL_VERSION, region="us")
        away = replace(context, transcribers={"deepgram": remote})
        spent = Counter[str]()
        for number, call in enumerate(calls):
            spent += _take_through(base, away, f"away{number}", call, policy_id="connekz", engines=("deepgram",))
    minutes = _minutes(calls)
    theirs = _as_peers_write_it(calls, heard)
    print("\nwith a remote recogniser\n\n| | s a call minute | ÷ the peers' way |\n|---|---|---|")
    unverified = spent.total() - spent[_VERIFIED_IN]
    rows = {
        **{f"peers: {part}": seconds for part, seconds in theirs.items()},
        "peers: all": sum(theirs.values()),
        **{f"Earmark: {step}": seconds for step, seconds in spent.most_common()},
        f"Earmark: all but {_VERIFIED_IN}": unverified,
    }
    for name, seconds in rows.items():
        print(f"| {name} | {seconds / minutes:.3f} | {seconds / sum(theirs.values()):.2f} |")


def _as_peers_write_it(calls: Sequence[bytes], heard: Sequence[Transcript]) -> dict[str, float]:
    """Find by stock Presidio, mute its findings by slicing, put the result: nothing is proved, kept or decided."""
    stock, spent = StockPresidio(dropped=frozenset()), Counter[str]()
    with tempfile.TemporaryDirectory(prefix="earmark-bench-") as name, serve_seaweedfs(Path(name)) as store:
        bare = boto3.client(
            "s3", region_name=store.region, endpoint_url=store.endpoint_url,
            aws_access_key_id=store.access_key, aws_secret_access_key=store.secret_key,
        )  # fmt: skip
        source, target = Path(name) / "call.wav", Path(name) / "muted.wav"
        for number, (call, transcript) in enumerate(zip(calls, heard, strict=True)):
            source.write_bytes(call)
            turns = to_conversation("rec_x", transcript, speakers=()).turns
            asked = LabelledConversation(
                id="x", source="x", turns=tuple(LabelledTurn(turn=turn, labels=()) for turn in turns)
            )
            if not number:
                stock.find(asked)  # what is made at the first use is no call's cost
            begun = _used()
            found = stock.find(asked)
            spent["stock Presidio"] += _used() - begun
            muted: dict[int, list[TimeSpan]] = defaultdict(list)
            for finding in found:
                turn = turns[finding.turn]
                for word, place in zip(turn.words, turn.word_spans, strict=True):
                    if place.start < finding.span.end and finding.span.start < place.end:
                        muted[turn.channel].append(word.time)
            spent["pydub"] += _seconds(lambda muted=muted: slice_with_pydub(source, target, muted))
            body = target.read_bytes()
            spent["boto3"] += _seconds(
                lambda number=number, body=body: bare.put_object(Bucket=store.bucket, Key=f"call-{number}", Body=body)
            )
    return dict(spent)


def _joined(calls: Sequence[bytes]) -> bytes:
    return to_wav(np.concatenate([soundfile.read(io.BytesIO(call), dtype="int16")[0] for call in calls]))


def _as_wav(path: Path) -> bytes:
    """Give a sound as a telephone vendor does."""
    return to_wav(read_sound(path))


def _minutes(sounds: Sequence[bytes]) -> float:
    return sum(describe(sound).duration_ms for sound in sounds) / 60_000


def _seconds(work: Callable[[], object]) -> float:
    begun = _used()
    work()
    return _used() - begun


def _used() -> float:
    """Give the processor seconds of this process, and of those it has started and seen the end of."""
    own, ended = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + ended.ru_utime + ended.ru_stime


def _database_seconds(base: Base) -> float:
    """Give the processor seconds of the embedded server: its own, of its children, and of those that ended."""
    data = base.settings.data_dir.resolve() / "postgres"
    server = int((data / "postmaster.pid").read_text().split()[0])
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            used = [int(field) for field in fields[11:15]]
            if int(path.parent.name) == server:
                ticks += sum(used)
            elif int(fields[1]) == server:
                ticks += used[0] + used[1]
    return ticks / _TICKS


@contextmanager
def _house() -> Iterator[tuple[Base, StepContext]]:
    with tempfile.TemporaryDirectory(prefix="earmark-bench-") as name:
        Path(name).chmod(0o755)  # the database runs as another user, for root
        with open_base(read_settings(data_dir=Path(name) / "data", log_level="error")) as base:
            yield base, step_context(base)


if __name__ == "__main__":
    main()
