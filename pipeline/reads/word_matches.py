"""The queue narrowed to what is said: words by their digests alone, a phrase by opening what may have it.

Opening for a phrase is reading like any other: it stands in the audit log, and shows nothing that is shown to nobody.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Final

from pipeline.model.artifact import ArtifactKind
from pipeline.model.errors import NotFound, NotPermitted
from pipeline.model.ids import RecordingId, TenantId
from pipeline.model.queue_item import QueueFilter, QueueItem
from pipeline.reads.artifact import read_redacted
from pipeline.redaction.word_terms import says
from pipeline.store.review_queue import QueuePage, read_queue
from pipeline.store.vault import Vault
from pipeline.store.word_index import WordSearch, get_word_search

_MOST_OPENED: Final = 25
"""How many are opened for one page of a phrase; the next page goes on after them."""


def find_in_queue(
    vault: Vault, tenant: TenantId, wanted: QueueFilter, *, search: str, cursor: str | None, actor: str
) -> tuple[QueuePage, WordSearch]:
    """Read a page of what meets a filter and says what somebody looks for.

    Raises:
        NotFound: they look for nothing under that id, or did too long ago.
        InvalidInput: a cursor that no page gave.
    """
    with vault.database.transaction(tenant) as tx:
        looked = get_word_search(tx, search, actor=actor, keys=vault.keys)
        limit = {"limit": _MOST_OPENED} if looked.is_phrase else {}
        page = read_queue(tx, wanted, cursor=cursor, terms=looked.terms, **limit)
    if looked.is_phrase:
        page = replace(page, items=tuple(i for i in page.items if _says(vault, tenant, i, looked.query, actor)))
    return page, looked


def _says(vault: Vault, tenant: TenantId, item: QueueItem, phrase: str, actor: str) -> bool:
    try:
        body = _open(vault, tenant, item.recording, actor)
    except (NotFound, NotPermitted):  # purged or ended since it was indexed: it is in no answer
        return False
    return says(json.loads(body), phrase)


def _open(vault: Vault, tenant: TenantId, recording: RecordingId, actor: str) -> bytes:
    kind = ArtifactKind.TRANSCRIPT_REDACTED
    return read_redacted(vault, tenant, recording, kind, actor=actor, reason="search for a phrase")
