"""Reads labelled dialogues written as plain text, and any other labelled file; writes them as JSONL where asked.

    python -m samples.evaluation.read_dialogues FILE.txt ... OUT.jsonl

How a text file is written: `pipeline/redaction/evaluation/dialogues.py`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from pipeline.model.errors import InvalidInput
from pipeline.redaction.evaluation.dialogues import read_dialogues
from pipeline.redaction.evaluation.labelled import LabelledConversation, LabelledTurn, read_labelled

DIALOGUES: Final = Path(__file__).parent / "dialogues"


def read_files(paths: Sequence[Path]) -> tuple[LabelledConversation, ...]:
    """Read labelled files of both forms, in order.

    Raises:
        InvalidInput: one cannot be read, or two dialogues have one id.
    """
    found: dict[str, LabelledConversation] = {}
    for path in paths:
        for read in read_dialogues(path) if path.suffix == ".txt" else read_labelled(path):
            if read.id in found:
                raise InvalidInput(f"{path.name}: the conversation {read.id} came before")
            found[read.id] = read
    return tuple(found.values())


def to_json(conversation: LabelledConversation) -> str:
    """Write a dialogue as one line of a labelled JSONL file."""
    return json.dumps(
        {
            "id": conversation.id,
            "source": conversation.source,
            "labels": "partial" if conversation.is_partial else "full",
            "language": conversation.language,
            "turns": [_document(labelled) for labelled in conversation.turns],
        },
        ensure_ascii=False,
    )


def _document(labelled: LabelledTurn) -> dict[str, object]:
    entities = [
        {"start": label.span.start, "end": label.span.end, "type": label.type}
        | ({"optional": True} if label.is_optional else {})
        for label in labelled.labels
    ]
    document = {"turn": labelled.turn.index, "speaker": labelled.turn.speaker, "text": labelled.turn.text}
    rebuilt = {"reconstructed": True} if labelled.is_reconstructed else {}
    return document | rebuilt | {"entities": entities}


@click.command()
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.argument("target", type=click.Path(path_type=Path))
def main(sources: tuple[Path, ...], target: Path) -> None:
    """Write dialogues SOURCES as labelled JSONL TARGET."""
    try:
        lines = [to_json(conversation) for conversation in read_files(sources)]
    except InvalidInput as error:
        raise click.ClickException(str(error)) from error
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
