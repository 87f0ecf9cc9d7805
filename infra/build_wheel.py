"""Puts into a wheel: the pages' scripts, fetched and checked; the page of licences; the bill of materials.

An editable install is left without them. A part whose licence is unknown or unfit stops the build. The same sources
give the same bytes, wherever and whenever they are built.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FetchAssets(BuildHookInterface):  # type: ignore[type-arg]
    """Called by the build."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch and write before the wheel's files are listed; what cannot be fetched stops the build."""
        if version == "editable":
            return
        subprocess.run([sys.executable, "webhooks/pages/fetch_assets.py"], check=True, cwd=self.root)
        sys.path.insert(0, self.root)
        try:
            # The product's own sources, from where the wheel is built; they need nothing installed.
            licences, sbom = import_module("pipeline.supply.licences"), import_module("pipeline.supply.sbom")
        finally:
            sys.path.remove(self.root)
        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name)
        (folder / "LICENSES.md").write_text(licences.page(Path(self.root)), encoding="utf-8")
        (folder / "earmark.cdx.json").write_text(sbom.write_sbom(Path(self.root)), encoding="utf-8")
        build_data["extra_metadata"][str(folder / "LICENSES.md")] = "LICENSES.md"
        build_data["sbom_files"].append(str(folder / "earmark.cdx.json"))

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Take away what was written for this build alone."""
        if version != "editable":
            self._folder.cleanup()
