"""The source tree as the house rules look at it."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGES: Final = ("pipeline", "webhooks", "samples")


def sources() -> list[Path]:
    """Every source file of the product, as a path from the root."""
    found = (path for name in PACKAGES for path in (ROOT / name).rglob("*.py"))
    return sorted(path.relative_to(ROOT) for path in found)


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def is_only_a_docstring(path: Path) -> bool:
    """Say whether a file has nothing that could be wrong: no statement besides its docstring and imports."""
    body = parse(path).body
    is_plain = all(
        isinstance(node, (ast.Import, ast.ImportFrom, ast.Assign))
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for node in body
    )
    return path.name == "__init__.py" and is_plain
