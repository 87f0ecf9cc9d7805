"""A tenant whose callers agree to training, and exports of its recordings."""

from __future__ import annotations

import io
import wave
from collections import Counter
from pathlib import Path

from pipeline.datasets.index import INDEX, read_index
from pipeline.model.consent import Outcome, Purpose
from pipeline.model.dataset import DatasetRow, DatasetScope, scope_of
from pipeline.model.decision import TrainingScope
from pipeline.model.recording import Recording
from pipeline.steps.export_dataset import Exported, ExportRequest, export_dataset
from tests.builders import a_call, a_recording, answer
from tests.conftest import make_tenant
from tests.line import Line
from tests.pipeline.workflows.house_of_fakes import scripted_context

STEPS = ("settle_consent", "capture", "transcribe", "detect", "redact_audio", "redact_text", "keep_receipts", "decide",
         "publish")  # fmt: skip
VENDOR = DatasetScope(scope=TrainingScope.VENDOR_MODELS, scope_id=None)
COOL_OFF = 31


def a_line(database, keys, folder: Path, name: str = "acme", *, policy_id: str = "connekz", **chosen) -> Line:
    """A tenant that asks its callers for training."""
    owner = make_tenant(database, keys, name, policy_id=policy_id, asks_for_training=True, **chosen)
    return Line(context=scripted_context("", folder, database=database), owner=owner, folder=folder)


def agreed(
    line: Line, number: int = 0, *, instance: str | None = None, train: Outcome | None = Outcome.GRANTED, **chosen
) -> Recording:
    """A published recording whose caller pressed the key for training too, before the recorder started."""
    with line.tx() as tx:
        call = a_call(tx, line.context.vault.keys, instance=instance, **chosen)
        answer(tx, call)
        if train is not None:
            answer(tx, call, train, purposes=(Purpose.TRAIN,))
        made = a_recording(tx, call)
    (line.folder / "vendor" / made.recording_sid).write_bytes(a_sound(number))  # type: ignore[operator]
    return line.through(made, *STEPS)


def a_sound(number: int) -> bytes:
    """Six seconds of two channels that sound like no other number."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"".join((n % (97 + number) * 50).to_bytes(2, "little") * 2 for n in range(48_000)))
    return out.getvalue()


def export(line: Line, out: Path, scope: DatasetScope = VENDOR, **chosen) -> Exported:
    """Export what may be exported at this moment."""
    request = ExportRequest(tenant=line.owner.id, scope=scope, out=out, actor="test", **chosen)
    return export_dataset(line.context, request)


def own(instance: str) -> DatasetScope:
    """A dataset of one instance."""
    return scope_of(TrainingScope.OWN_INSTANCE, instance=instance, feature=None)


def rows_of(folder: Path) -> tuple[DatasetRow, ...]:
    """Read a dataset's index."""
    return tuple(read_index(folder / INDEX))


def recordings_in(folder: Path) -> Counter[str]:
    """Count the rows of each recording in a dataset."""
    return Counter(row.recording for row in rows_of(folder))


def bare(folder: Path) -> list[str]:
    """List what lies in a folder."""
    return sorted(path.name for path in folder.iterdir())
