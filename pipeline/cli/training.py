"""`earmark training`: datasets for training, what was recalled from them, and the trainer's own check of one."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from pipeline.cli.actor import as_option, name_actor
from pipeline.cli.opened import open_desk, read_bounded
from pipeline.cli.output import as_json_option, show, show_facts, show_table
from pipeline.model.dataset import RecallCause, scope_of
from pipeline.model.decision import TrainingScope
from pipeline.model.errors import InvalidInput
from pipeline.model.ids import RecordingId, tenant_id

if TYPE_CHECKING:
    from pipeline.datasets.verify import Verdict
    from pipeline.decisions.recall import Recall
    from pipeline.workflows.training import Exported

_MOST_BYTES: Final = 64_000_000
_SCOPES: Final = [scope.value for scope in TrainingScope]
_CAUSES: Final = [cause.value for cause in RecallCause]


@click.group("training")
def command() -> None:
    """Datasets for training: exported, recalled, verified."""


@command.command("export")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--tenant", required=True)
@click.option("--scope", required=True, type=click.Choice(_SCOPES), help="Whose models are to learn from it.")
@click.option("--instance", help="The one developer instance, for the scope own_instance.")
@click.option("--feature", help="The one feature, for the scope tenant_feature.")
@click.option("--controller", help="The new controller that it goes to: only by a notice on file (earmark transfer).")
@click.option("--shard-mb", default=256, show_default=True, type=click.IntRange(1, 8192), help="Largest shard in MiB.")
@as_option
@as_json_option
def export(
    *, out: Path, tenant: str, scope: str, shard_mb: int, acting: str | None, as_json: bool, **given: str | None
) -> None:
    """Write what may be trained on at this moment, for exactly that scope, into the new folder OUT."""
    from pipeline.bootstrap import judge_context
    from pipeline.decisions.transfers import require_notice
    from pipeline.workflows.training import ExportRequest, export_dataset

    request = ExportRequest(
        tenant=tenant_id(tenant),
        scope=scope_of(TrainingScope(scope), instance=given["instance"], feature=given["feature"]),
        out=out,
        actor=name_actor(acting),
        shard_bytes=shard_mb << 20,
    )
    with open_desk(log_level="warning") as base, _stoppable(), _progress() as on_recording:
        if given["controller"] is not None:
            with base.database.transaction(request.tenant) as tx:
                require_notice(tx, given["controller"], keys=base.keys, actor=request.actor)
        made = export_dataset(judge_context(base), request, on_recording=on_recording)
    shown = {**asdict(made), "scope": str(made.scope)}
    show(shown) if as_json else _print_export(made, shown)


@command.command("recall")
@click.option("--tenant", required=True)
@click.option("--recording", required=True)
@click.option("--cause", type=click.Choice(_CAUSES), default=RecallCause.OPERATOR.value, show_default=True)
@as_option
@as_json_option
def recall(*, tenant: str, recording: str, cause: str, acting: str | None, as_json: bool) -> None:
    """Recall a recording from every dataset that contains it, and list them. A recall is never taken back."""
    from pipeline.decisions.recall import recall as recall_recording

    with open_desk() as base, base.database.transaction(tenant_id(tenant)) as tx:
        found = recall_recording(tx, RecordingId(recording), cause=RecallCause(cause), actor=name_actor(acting))
    show(_as_document(found)) if as_json else _print_recall(found)


@command.command("recalls")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--tenant", required=True)
@as_option
@as_json_option
def recalls(*, out: Path, tenant: str, acting: str | None, as_json: bool) -> None:
    """Write the signed list of all rows that were recalled, for trainers to fetch and give to `training verify`."""
    from pipeline.bootstrap import judge_context
    from pipeline.workflows.training import list_recalls

    with open_desk(log_level="warning") as base:
        listed = list_recalls(judge_context(base), tenant_id(tenant), actor=name_actor(acting))
    _write(out, listed.token)
    shown = {"rows": listed.rows, "sha256": listed.sha256, "kid": listed.kid}
    show(shown) if as_json else show_facts(shown)


@command.command("verify")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--recalls", "recalls_path", type=click.Path(path_type=Path), help="The tenant's newest recall list.")
@click.option("--key", "key_path", type=click.Path(path_type=Path), help="The tenant's public keys, from elsewhere.")
@click.option("--instance", help="The developer instance that you train for.")
@as_json_option
def verify(folder: Path, recalls_path: Path | None, key_path: Path | None, instance: str | None, as_json: bool) -> int:
    """Check a dataset with files alone: every signature, digest and row. What is wrong is told, a line each."""
    from pipeline.consent.receipt_proof import read_trusted
    from pipeline.datasets.verify import verify_dataset

    trusted = read_trusted(read_bounded(key_path, _MOST_BYTES)) if key_path is not None else None
    listed = read_bounded(recalls_path, _MOST_BYTES) if recalls_path is not None else None
    verdict = verify_dataset(folder, recalls=listed, trusted=trusted, instance=instance)
    show(_as_verdict(verdict)) if as_json else _print_verdict(verdict)
    return 0 if verdict.is_whole else 1


@command.command("enable")
@click.option("--tenant", required=True)
@click.option("--feature", required=True)
@click.option("--reason", required=True, help="Why; it stands in the audit log.")
@as_option
def enable(*, tenant: str, feature: str, reason: str, acting: str | None) -> None:
    """Note that a tenant switched a feature on whose operation learns from its own calls, apart from all others."""
    from pipeline.decisions.training_features import enable as enable_feature

    with open_desk() as base, base.database.transaction(tenant_id(tenant)) as tx:
        enable_feature(tx, feature, actor=name_actor(acting), reason=reason)
    click.echo(f"{feature} is switched on for {tenant}")


@command.command("disable")
@click.option("--tenant", required=True)
@click.option("--feature", required=True)
@click.option("--reason", required=True, help="Why; it stands in the audit log.")
@as_option
def disable(*, tenant: str, feature: str, reason: str, acting: str | None) -> None:
    """Note that a tenant switched the feature off: nothing is exported for it any more."""
    from pipeline.decisions.training_features import disable as disable_feature

    with open_desk() as base, base.database.transaction(tenant_id(tenant)) as tx:
        disable_feature(tx, feature, actor=name_actor(acting), reason=reason)
    click.echo(f"{feature} is switched off for {tenant}")


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let a request to end (SIGTERM) unwind, so that no sound is left behind."""

    def stop(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    """Show on a terminal how many recordings were looked at."""
    from rich.progress import Progress, SpinnerColumn, TextColumn

    columns = (SpinnerColumn(), TextColumn("{task.completed} recordings judged"))
    with Progress(*columns, transient=True, disable=not sys.stdout.isatty()) as bar:
        task = bar.add_task("")
        yield lambda count: bar.update(task, completed=count)


def _write(out: Path, text: str) -> None:
    """Write a file whole, in place of what was there."""
    try:
        with tempfile.NamedTemporaryFile("w", dir=out.absolute().parent, prefix=".earmark-", delete=False) as file:
            file.write(text)
        Path(file.name).replace(out)
    except OSError as error:
        raise InvalidInput(f"{out.name}: cannot be written: {os.strerror(error.errno or 0)}") from error


def _print_export(made: Exported, shown: dict[str, Any]) -> None:
    show_facts({name: value for name, value in shown.items() if name != "refused"})
    if made.refused:
        click.echo()
        show_table(("left out because", "artifacts"), sorted(made.refused.items()))


def _as_document(found: Recall) -> dict[str, Any]:
    listed = [
        {"dataset": d.id, "scope": str(d.scope), "exported_at": d.at, "manifest_sha256": d.manifest_sha256}
        for d in found.datasets
    ]
    return {"recording": found.recording, "causes": [cause.value for cause in found.causes], "datasets": listed}


def _print_recall(found: Recall) -> None:
    click.echo(f"{found.recording} is recalled: {', '.join(found.causes) or 'no'}")
    if found.datasets:
        show_table(("dataset", "scope", "exported"), [(d.id, d.scope, d.at) for d in found.datasets])
    else:
        click.echo("no dataset contains it")


def _as_verdict(verdict: Verdict) -> dict[str, Any]:
    manifest = verdict.manifest
    return {
        "is_whole": verdict.is_whole,
        "is_pinned": verdict.is_pinned,
        "is_held_against_recalls": verdict.is_held_against_recalls,
        "kid": verdict.kid,
        "dataset": manifest.dataset if manifest else None,
        "rows": manifest.index.rows if manifest else None,
        "faults": [asdict(fault) for fault in verdict.faults],
    }


def _print_verdict(verdict: Verdict) -> None:
    for fault in verdict.faults:
        click.echo(str(fault))
    if verdict.manifest is None or not verdict.is_whole:
        return
    made = verdict.manifest
    click.echo(f"{made.dataset} of {made.tenant} for {made.for_models}: {made.index.rows} rows, every one as signed")
    if not verdict.is_pinned:
        click.echo("the key comes from the dataset itself and is not pinned: --key takes the tenant's own key set")
    if not verdict.is_held_against_recalls:
        click.echo("no recall list was given, so what was recalled since was not checked: --recalls takes one")
