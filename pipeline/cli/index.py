"""`earmark index`: make recordings findable by their redacted words, and assess them, where neither was done."""

from __future__ import annotations

import click

from pipeline.cli.opened import open_desk
from pipeline.cli.output import as_json_option, show, show_table
from pipeline.model.errors import NotFound
from pipeline.model.ids import tenant_id

_SHOWN = ("indexed", "assessed", "failed")


@click.command("index")
@click.option("--tenant", help="Index this tenant's alone.")
@as_json_option
def command(*, tenant: str | None, as_json: bool) -> int:
    """Index and assess what was processed before either was kept. Exits 1 where a recording could not be read."""
    from pipeline.bootstrap import judge_context
    from pipeline.store.system_session import list_tenants
    from pipeline.workflows.index_tenant import index_tenant

    wanted = tenant_id(tenant) if tenant else None
    with open_desk() as base:
        names = list_tenants(base.database)
        if wanted is not None and wanted not in names:
            raise NotFound(f"no tenant {wanted}")
        chosen = names if wanted is None else (wanted,)
        done = {name: index_tenant(judge_context(base), name) for name in chosen}
    if as_json:
        show([{"tenant": name, **found} for name, found in done.items()])
    else:
        show_table(("tenant", *_SHOWN), [(name, *(found[c] for c in _SHOWN)) for name, found in done.items()])
    return int(any(found["failed"] for found in done.values()))
