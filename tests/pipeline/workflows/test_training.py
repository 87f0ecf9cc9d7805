from __future__ import annotations

from pathlib import Path

from pipeline.bootstrap import judge_context
from pipeline.datasets.verify import verify_dataset
from pipeline.workflows.training import ExportRequest, export_dataset, list_recalls
from tests.training import COOL_OFF, VENDOR, a_line, agreed


def test_an_operator_exports_and_lists_with_what_judging_needs_and_no_model(
    database, keys, tmp_path: Path, clock
) -> None:
    line = a_line(database, keys, tmp_path)
    agreed(line)
    clock.move(days=COOL_OFF)

    class Base:
        vault, clock = line.context.vault, line.context.clock

    context = judge_context(Base())  # type: ignore[arg-type]  # an opened house has more
    request = ExportRequest(tenant=line.owner.id, scope=VENDOR, out=tmp_path / "ds", actor="cli")
    assert export_dataset(context, request).rows == 2
    listed = list_recalls(context, line.owner.id, actor="cli")
    assert verify_dataset(tmp_path / "ds", recalls=listed.token.encode()).is_whole
