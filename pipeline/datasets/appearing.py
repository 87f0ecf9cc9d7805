"""A folder that appears whole or not at all: written beside its place under another name, and renamed at the end.

What an export that was killed left behind is removed by the next one beside it: redacted sound must not lie about.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from pipeline.model.errors import InvalidInput

PREFIX: Final = ".earmark-part-"


@contextmanager
def appearing(out: Path) -> Iterator[Path]:
    """Give an empty folder for its owner alone; at the end it is `out`, and after any failure it is gone.

    Raises:
        InvalidInput: `out` is there and not an empty folder, or nothing can be written beside it.
    """
    _check_free(out)
    parent = out.absolute().parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
        _sweep(parent)
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    except OSError as error:
        raise InvalidInput(f"nothing can be written beside OUT: {os.strerror(error.errno or 0)}") from error
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield folder
        os.fsync(handle)
        _check_free(out)
        folder.replace(out.absolute())
    finally:
        os.close(handle)
        shutil.rmtree(folder, ignore_errors=True)


def _check_free(out: Path) -> None:
    if out.is_symlink() or (out.exists() and (not out.is_dir() or any(out.iterdir()))):
        raise InvalidInput("OUT is there already and not an empty folder")


def _sweep(parent: Path) -> None:
    """Remove what nobody is writing to any more: the lock goes with the process that held it."""
    for left in parent.glob(f"{PREFIX}*"):
        if left.is_symlink() or not left.is_dir():
            continue
        with suppress(OSError):
            handle = os.open(left, os.O_RDONLY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left, ignore_errors=True)
            finally:
                os.close(handle)
