"""Puts the pages' scripts into a wheel that is built, fetched and checked; an editable install is left without them."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FetchAssets(BuildHookInterface):  # type: ignore[type-arg]
    """Called by the build."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch before the wheel's files are listed; what cannot be fetched stops the build."""
        if version != "editable":
            subprocess.run([sys.executable, "webhooks/pages/fetch_assets.py"], check=True, cwd=self.root)
