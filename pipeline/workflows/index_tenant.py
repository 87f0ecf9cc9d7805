"""Fill the index of words, and the risks, of what was processed before either was kept.

A recording at a time, each in transactions of its own: stopped at any place, it goes on with what is left.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.model.errors import PipelineError
from pipeline.model.ids import RecordingId, TenantId
from pipeline.steps.assess_risk import assess_risk
from pipeline.steps.context import JudgeContext, Receipt
from pipeline.steps.index_words import index_words
from pipeline.store.word_index import list_unindexed
from pipeline.telemetry import log


def index_tenant(context: JudgeContext, tenant: TenantId, *, chunk: int = 200) -> Receipt:
    """Index and assess every recording of a tenant that is not yet; one that fails keeps no other from being done.

    Returns:
        How many are found by words now, how many are assessed in the queue, and how many failed.
    """
    indexed = assessed = failed = 0
    for recording in _unindexed(context, tenant, chunk):
        try:
            indexed += bool(index_words(context, tenant, recording)["words"])
            assessed += bool(assess_risk(context, tenant, recording)["is_queued"])
        except PipelineError as error:
            failed += 1
            log().warning("index.failed", tenant=tenant, recording=recording, error=type(error).__name__)
    return {"indexed": indexed, "assessed": assessed, "failed": failed}


def _unindexed(context: JudgeContext, tenant: TenantId, chunk: int) -> Iterator[RecordingId]:
    after = ""
    while True:
        with context.vault.database.transaction(tenant) as tx:
            found = list_unindexed(tx, after=after, limit=chunk)
        yield from found
        if len(found) < chunk:
            return
        after = found[-1]
