"""Reading what an option names by a file, so that it stays out of the shell's history and the list of processes."""

from __future__ import annotations

from pathlib import Path

from pipeline.model.errors import InvalidInput


def read_text_file(path: Path, *, most_bytes: int) -> str:
    """Read a file's text without the white space around it; the message of a failure names the file alone.

    Raises:
        InvalidInput: it cannot be read as text, is longer, or there is nothing in it.
    """
    try:
        text = path.read_text(encoding="utf-8").strip() if path.stat().st_size <= most_bytes else ""
    except (OSError, UnicodeDecodeError):
        # The decoder's own error holds the file's bytes, so it is not passed on.
        raise InvalidInput(f"{path.name}: cannot be read") from None
    if not text:
        raise InvalidInput(f"{path.name}: empty, or longer than {most_bytes} bytes")
    return text
