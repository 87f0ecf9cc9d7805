"""Files that lie in a folder of this machine, with those below it. Nothing leaves the building."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import ClassVar, NoReturn

from pipeline.model.errors import InvalidInput, NotFound, StoreDenied, StoreUnreachable
from pipeline.ports.deposit import DepositedFile
from pipeline.ports.transcriber import AuditMeta


class FolderDeposit:
    """Fills `pipeline.ports.deposit.Deposit` from a folder."""

    audit: ClassVar = AuditMeta(
        processor=None, data_kind="nothing", purpose="taking in recordings", region="local", policy_url=None
    )

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def list_files(self) -> Iterator[DepositedFile]:
        """List what lies in the folder and below; hidden files and links are left out."""
        try:
            found = self._find()
        except OSError as error:
            _refuse(error)
        for name in sorted(found):
            yield DepositedFile(name=name, size_bytes=found[name])

    def read(self, name: str, *, most_bytes: int) -> bytes:
        """Read one of them."""
        path = (self._folder / name).resolve()
        if not path.is_relative_to(self._folder.resolve()):
            raise InvalidInput("the name of a file leads out of its folder")
        try:
            with path.open("rb") as file:
                body = file.read(most_bytes + 1)
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
            raise NotFound("there is no such file in the folder") from error
        except OSError as error:
            _refuse(error)
        if len(body) > most_bytes:
            raise InvalidInput(f"a file is larger than {most_bytes} bytes")
        return body

    def _find(self) -> dict[str, int]:
        if not self._folder.is_dir():
            raise NotFound("there is no such folder")
        found: dict[str, int] = {}
        for folder, below, names in os.walk(self._folder, onerror=_refuse):
            below[:] = [name for name in below if not name.startswith(".")]
            for name in names:
                path = Path(folder, name)
                with suppress(FileNotFoundError):  # taken away meanwhile
                    seen = path.lstat()
                    if not name.startswith(".") and stat.S_ISREG(seen.st_mode):
                        found[path.relative_to(self._folder).as_posix()] = seen.st_size
        return found


def _refuse(error: OSError) -> NoReturn:
    if isinstance(error, PermissionError):
        raise StoreDenied("read a folder", reason="permission") from error
    raise StoreUnreachable("read a folder", reason=type(error).__name__) from error
