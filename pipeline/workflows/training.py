"""Exporting for training and listing what was recalled, as an operator asks for it.

Neither is a durable workflow: an export that was killed left nothing that counts, and is simply asked for again.
"""

from __future__ import annotations

from pipeline.steps.export_dataset import Exported, ExportRequest, export_dataset
from pipeline.steps.list_recalls import ListedRecalls, list_recalls

__all__ = ["ExportRequest", "Exported", "ListedRecalls", "export_dataset", "list_recalls"]
