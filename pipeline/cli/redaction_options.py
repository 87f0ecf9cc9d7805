"""The options that say what is hidden and how, for a tenant and for transcripts without one.

A tenant's words may be personal or secret: no message, log or listing repeats one, and they can come from a file,
which stays out of the shell's history and the list of processes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click

from pipeline.cli.text_file import read_text_file
from pipeline.model.errors import InvalidInput
from pipeline.model.tenant import TenantSecrets, TenantSettings

_MOST_BYTES: Final = 200_000
_NUMBER: Final = re.compile(r"\d(?:\.\d{1,6})?", re.ASCII)
_file: Final = click.Path(path_type=Path)
_DETECTION: Final = (
    click.option("--entity-set", help="What is hidden: default, payment, health or children."),
    click.option("--threshold", multiple=True, help="0 to 0.9, or TYPE=0.2 for one type; `default` takes it back."),
    click.option("--hide-word", multiple=True, help="A word or phrase that is always hidden; may be repeated."),
    click.option("--keep-word", multiple=True, help="One that is never hidden, unless told as somebody's name."),
    click.option("--hide-words-file", type=_file, help="File with words to hide, one a line."),
    click.option("--keep-words-file", type=_file, help="File with words to keep, one a line."),
)
_OF_A_TENANT: Final = (
    click.option("--forget-word", multiple=True, help="Take a word from both lists."),
    click.option("--forget-words", is_flag=True, default=None, help="Empty both lists, before any word is added."),
    click.option("--text-style", help="Hidden text: label, type, mask, remove, hash or encrypt."),
    click.option("--audio-style", help="Hidden sound: silence or beep."),
    click.option("--padding-ms", help="What is muted around hidden words, 100 to 3000 ms; `default` takes it back."),
)


def detection_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of what is found."""
    for option in reversed(_DETECTION):
        command = option(command)
    return command


def redaction_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of what is found and how it is hidden."""
    for option in reversed(_OF_A_TENANT):
        command = option(command)
    return detection_options(command)


def redaction_settings(now: TenantSettings, given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Give the settings that were given; they are checked as a whole by `check_redaction`.

    Raises:
        InvalidInput: a threshold or a padding is written as no number.
    """
    for name in ("entity_set", "text_style", "audio_style"):
        if given.get(name) is not None:
            yield name, given[name]
    if given.get("padding_ms") is not None:
        yield "padding_ms", _padding(given["padding_ms"])
    thresholds = dict(now.thresholds)
    for text in given.get("threshold") or ():
        type, equals, value = text.rpartition("=")
        if not equals:
            yield "threshold", _threshold(value)
        elif (threshold := _threshold(value)) is not None:
            thresholds[type.upper()] = threshold
        else:
            thresholds.pop(type.upper(), None)
    yield "thresholds", thresholds


def redaction_words(now: TenantSecrets, given: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Give the lists of words as they become: what is given is added, what is to be forgotten is taken away.

    Raises:
        InvalidInput: a file cannot be used, or a word to forget is in neither list.
    """
    lists: dict[str, tuple[str, ...]] = {"hide": now.hide_words, "keep": now.keep_words}
    if given.get("forget_words"):
        lists = dict.fromkeys(lists, ())
    for word in given.get("forget_word") or ():
        fewer = {name: tuple(kept for kept in words if not _is_same(kept, word)) for name, words in lists.items()}
        if fewer == lists:
            raise InvalidInput("--forget-word: the word is in neither list")
        lists = fewer
    for name, words in lists.items():
        yield f"{name}_words", _without_repeats([*words, *_added(given, name)])


def check_redaction(chosen: TenantSettings, kept: TenantSecrets) -> None:
    """Hold settings and words against what detection can work with.

    Raises:
        InvalidInput: they do not fit; in one line, without the words.
    """
    from pipeline.redaction.profile import make_profile

    make_profile(chosen, kept)


def _added(given: Mapping[str, Any], name: str) -> Sequence[str]:
    file = given.get(f"{name}_words_file")
    lines = read_text_file(file, most_bytes=_MOST_BYTES).splitlines() if file else ()
    return [*(given.get(f"{name}_word") or ()), *(line.strip() for line in lines if line.strip())]


def _without_repeats(words: Sequence[str]) -> tuple[str, ...]:
    """Keep each word once, as it was written first, without spaces around it."""
    return tuple({" ".join(word.lower().split()): " ".join(word.split()) for word in reversed(words)}.values())[::-1]


def _is_same(one: str, other: str) -> bool:
    return one.lower().split() == other.lower().split()


def _threshold(text: str) -> float | None:
    if text == "default":
        return None
    if not _NUMBER.fullmatch(text):
        raise InvalidInput("--threshold is written 0.4, or TYPE=0.2; `default` takes it back")
    return float(text)


def _padding(text: str) -> int | None:
    if text == "default":
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= len("3000")):
        raise InvalidInput("--padding-ms is a number of milliseconds, or `default`")
    return int(text)
