"""`make eval`, the audio half: is what was to be hidden still heard, and how much is muted for it?

    python -m tests.bench.evaluate_audio [--brief] [--json OUT] [NAME ...]

The labelled calls of `samples/evaluation/spoken/` are transcribed by the local recogniser, searched, and muted; then
both recognisers listen to the result, as they do in production. True word times come from the voices that spoke. What
was never transcribed, or not found in the transcript, is told apart from what was found and can still be heard. Nothing
is verified or widened in between: this measures the first muting. Prints Markdown, and no word of a call.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.bootstrap.adapters import load_listener, load_transcribers
from pipeline.model.transcript import Word
from pipeline.ports.transcriber import Transcriber
from pipeline.redaction.detect import Detector
from pipeline.redaction.evaluation.heard import Secret, is_heard, secrets_of
from pipeline.redaction.evaluation.muting import Fate, Run, fate_of, fates, is_inside, muted_runs
from pipeline.redaction.evaluation.report import table
from pipeline.redaction.models import load_models
from pipeline.redaction.render_audio import render_audio
from pipeline.settings import read_settings
from samples.evaluation.spoken_calls import SpokenCall, read_spoken
from tests.bench.evaluate import where_it_ran
from tests.bench.hiding import hide


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One value that was to be hidden: what became of it, and which recognisers made it out before and after."""

    call: str
    is_name: bool
    fate: Fate
    before: frozenset[str]
    after: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was measured on one call. `words` are labelled true words: was it found, does it lie in silence whole."""

    outcomes: tuple[Outcome, ...]
    words: tuple[tuple[bool, bool], ...]
    runs: tuple[Run, ...]
    runs_as_heard: tuple[Run, ...]
    seconds: float


def measure(call: SpokenCall, transcriber: Transcriber, listener: Transcriber, detector: Detector) -> Measured:
    """Redact one call and listen to it."""
    wav, labelled = call.wav, call.labelled
    transcript = transcriber.transcribe(wav, language=labelled.language)
    hidden_here = hide(wav, transcript, name=labelled.id, detector=detector)
    manifest = hidden_here.manifest
    muted = dict(enumerate(manifest.muted))
    redacted = render_audio(wav, muted, style="silence")
    told = fates(labelled, hidden_here.conversation, hidden_here.entities)
    before = {transcriber.name: transcript.words, listener.name: _hear(listener, wav)}
    after = {one.name: _hear(one, redacted) for one in (transcriber, listener)}
    true = _labelled_words(call)
    hidden = [word for place, word in true if told[place] is Fate.HIDDEN]
    heard_times = [
        Word(text="", channel=entry.channel, start_ms=t.start_ms, end_ms=t.end_ms)
        for entry in manifest.entries
        for t in entry.times
    ]
    return Measured(
        outcomes=tuple(
            _outcome(labelled.id, secret, fate_of(secret, told), before, after) for secret in secrets_of(labelled)
        ),
        words=tuple((told[place] is Fate.HIDDEN, is_inside(word, muted[word.channel])) for place, word in true),
        runs=muted_runs(muted, hidden),
        runs_as_heard=muted_runs(muted, heard_times),
        seconds=transcript.duration_ms / 1000,
    )


def _hear(recogniser: Transcriber, wav: bytes) -> tuple[Word, ...]:
    return recogniser.transcribe(wav, language="en").words


def _outcome(
    call: str, secret: Secret, fate: Fate, before: Mapping[str, Sequence[Word]], after: Mapping[str, Sequence[Word]]
) -> Outcome:
    return Outcome(
        call=call,
        is_name=secret.is_name,
        fate=fate,
        before=frozenset(name for name, words in before.items() if is_heard(secret, words)),
        after=frozenset(name for name, words in after.items() if is_heard(secret, words)),
    )


def _labelled_words(call: SpokenCall) -> list[tuple[tuple[int, int], Word]]:
    return [
        ((labelled.turn.index, at), word)
        for labelled in call.labelled.turns
        for at, (word, place) in enumerate(zip(labelled.turn.words, labelled.turn.word_spans, strict=True))
        if any(label.span.touches(place) for label in labelled.labels if not label.is_optional)
    ]


def heard_table(measured: Sequence[Measured], names: Sequence[str]) -> str:
    """Tell by kind and fate how many values each recogniser makes out, before and after."""
    head = ("values", "count", *(f"{name}: before" for name in names), *(f"{name}: after" for name in names))
    rows = []
    for kind, is_name in (("names", True), ("three or more digits or letters", False)):
        for fate in Fate:
            some = [o for m in measured for o in m.outcomes if o.is_name is is_name and o.fate is fate]
            counts = [sum(name in o.before for o in some) for name in names]
            counts += [sum(name in o.after for o in some) for name in names]
            rows.append((f"{kind}, {fate}", str(len(some)), *(_share(count, len(some)) for count in counts)))
    return table(head, rows)


def muted_table(measured: Sequence[Measured]) -> str:
    """Tell how much is muted beside the hidden words, by their true times and by those of the recogniser."""
    head = (
        "hidden words' times",
        "hidden s",
        "muted s",
        "spans",
        "extra s a span",
        "most",
        "at most 1 s",
        "on nothing",
    )
    rows = [
        _muted_row(name, runs)
        for name, runs in (
            ("true", [run for m in measured for run in m.runs]),
            ("as recognised", [run for m in measured for run in m.runs_as_heard]),
        )
    ]
    return table(head, rows)


def _muted_row(name: str, runs: Sequence[Run]) -> tuple[str, ...]:
    on_words = [run for run in runs if run.hidden_ms]
    extra = [run.extra_ms for run in on_words]
    return (
        name,
        f"{sum(run.hidden_ms for run in runs) / 1000:.1f}",
        f"{sum(run.time.duration_ms for run in runs) / 1000:.1f}",
        str(len(runs)),
        f"{sum(extra) / max(1, len(extra)) / 1000:.2f}",
        f"{max(extra, default=0) / 1000:.2f}",
        _share(sum(ms <= 1000 for ms in extra), len(extra)),
        str(len(runs) - len(on_words)),
    )


def _share(part: int, whole: int) -> str:
    return f"{part} ({100 * part / whole:.1f} %)" if whole else "-"


def inside_line(measured: Sequence[Measured]) -> str:
    """Tell how many labelled words lie wholly in silence."""
    words = [word for m in measured for word in m.words]
    found = [inside for is_hidden, inside in words if is_hidden]
    inside = sum(inside for _, inside in words)
    return (
        f"Of {len(words)} labelled words {len(found)} were found in the transcript. The true time of "
        f"{_share(sum(found), len(found))} of these lies wholly in silence, and of {_share(inside, len(words))} of all."
    )


def document(measured: Sequence[Measured]) -> dict[str, object]:
    """Give all of it as plain objects: ids, kinds, times."""
    return {
        "ran_on": where_it_ran(),
        "values": [
            {"call": o.call, "is_name": o.is_name, "fate": o.fate, "before": sorted(o.before), "after": sorted(o.after)}
            for m in measured
            for o in m.outcomes
        ],
        "words": [list(word) for m in measured for word in m.words],
        "runs": [
            {"ms": run.time.duration_ms, "hidden_ms": run.hidden_ms, "hidden_as_recognised_ms": heard.hidden_ms}
            for m in measured
            for run, heard in zip(m.runs, m.runs_as_heard, strict=True)
        ],
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.evaluate_audio", description="Score muting.")
    parser.add_argument("names", nargs="*", help="calls; all when none is named")
    parser.add_argument("--brief", action="store_true", help="do not list the calls where something is still heard")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures there")
    asked = parser.parse_args()
    calls = [call for call in read_spoken() if not asked.names or call.labelled.id in asked.names]
    if not calls:
        parser.error("no call of that name")
    settings = read_settings()
    transcriber, listener = load_transcribers(settings)["local"], load_listener(settings)
    detector = Detector(load_models())
    begun = time.perf_counter()
    measured = [measure(call, transcriber, listener, detector) for call in calls]
    names = (transcriber.name, listener.name)
    seconds = sum(m.seconds for m in measured)
    took_s = time.perf_counter() - begun
    print(f"{len(calls)} calls, {seconds / 60:.1f} minutes, done in {took_s:.0f} s. {where_it_ran()}.")
    print(f"\n{heard_table(measured, names)}\n\n{muted_table(measured)}\n\n{inside_line(measured)}")
    if not asked.brief:
        print(f"\n{still_heard(measured)}")
    if asked.json:
        asked.json.write_text(json.dumps(document(measured), indent=1) + "\n", encoding="utf-8")


def still_heard(measured: Sequence[Measured]) -> str:
    """List the calls where something is still heard, by id alone."""
    rows = [
        (o.call, "name" if o.is_name else "digits or letters", o.fate.value, " ".join(sorted(o.after)))
        for m in measured
        for o in m.outcomes
        if o.after
    ]
    return table(("call", "value", "before sound was changed", "still heard by"), rows)


if __name__ == "__main__":
    main()
