"""`earmark redact IN.jsonl OUT.jsonl`: personal data in transcripts, conversation by conversation, in flat memory.

OUT appears whole or not at all. Messages name lines, never words.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from pipeline.cli.redaction_options import detection_options, redaction_settings, redaction_words
from pipeline.model.entity import Entity
from pipeline.model.errors import InvalidInput, StoreUnreachable
from pipeline.model.tenant import TenantSecrets, TenantSettings
from pipeline.model.transcript import Conversation
from pipeline.redaction.conversation_json import read_conversation
from pipeline.redaction.languages import DETECTED, is_detected

if TYPE_CHECKING:
    from pipeline.redaction.profile import RedactionProfile


@click.command("redact")
@click.argument("source", metavar="IN.jsonl", type=click.Path(path_type=Path))
@click.argument("target", metavar="OUT.jsonl", type=click.Path(path_type=Path))
@detection_options
def command(source: Path, target: Path, **given: object) -> None:
    """Find what is personal in transcripts, a conversation a line."""
    profile = _profile(given)
    if not source.is_file():
        raise InvalidInput(f"{source}: no such file")
    if not target.parent.is_dir():
        raise InvalidInput(f"{target.parent}: no such folder")
    if source.stat().st_size == 0:
        raise InvalidInput(f"{source}: empty")
    # Everything is read once before seconds go into loading models and minutes into detection.
    with source.open("rb") as file:
        if not sum(1 for _ in _conversations(file)):
            raise InvalidInput(f"{source}: no conversation in it")
    from pipeline.redaction.detect import Detector
    from pipeline.redaction.models import load_models

    detector = Detector(load_models(), profile=profile)
    with source.open("rb") as file, _replacing(target) as out, _progress(source.stat().st_size) as advance:
        for conversation, entities in detector.detect_each(_conversations(file)):
            out.write(json.dumps(_document(conversation, entities), ensure_ascii=False) + "\n")
            advance(file.tell())


def _profile(given: Mapping[str, Any]) -> RedactionProfile:
    """Make the profile of a tenant that chose this and nothing else."""
    from pipeline.redaction.profile import make_profile

    settings, words = TenantSettings(), TenantSecrets()
    return make_profile(
        replace(settings, **dict(redaction_settings(settings, given))),
        replace(words, **dict[str, Any](redaction_words(words, given))),
    )


def _conversations(file: IO[bytes]) -> Iterator[Conversation]:
    number = 0
    while line := file.readline():
        number += 1
        if line.strip():
            yield _conversation(line, number)


def _conversation(line: bytes, number: int) -> Conversation:
    conversation, _ = read_conversation(line, f"line {number}")
    if not is_detected(conversation.language):
        raise InvalidInput(f"line {number}: there is no detector for its language, only for {', '.join(DETECTED)}")
    return conversation


def _document(conversation: Conversation, entities: tuple[Entity, ...]) -> dict[str, Any]:
    by_turn: dict[int, list[dict[str, Any]]] = {turn.index: [] for turn in conversation.turns}
    for entity in entities:
        by_turn[entity.turn].append(
            {
                "start": entity.span.start,
                "end": entity.span.end,
                "type": entity.type.value,
                "score": round(entity.score, 3),
            }
        )
    return {"id": conversation.id, "turns": [{"turn": turn, "entities": found} for turn, found in by_turn.items()]}


@contextmanager
def _replacing(target: Path) -> Iterator[IO[str]]:
    """Write beside the target and put it there at the end; whatever goes wrong, nothing half-written stays."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        part.replace(target)
    except OSError as error:
        raise StoreUnreachable("write", reason=error.strerror or "failed") from error
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _progress(total: int) -> Iterator[Any]:
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    columns = (TextColumn("redact"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("redact", total=total)
        yield lambda done: progress.update(task, completed=done)
