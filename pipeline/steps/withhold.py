"""What could not be proved is kept sealed, published nowhere, and put before a person.

Where a card number is in it that raises an alarm as well: a policy that stores no card numbers ends it within hours of
that day, unless a person hides the number until then.
"""

from __future__ import annotations

import re
from typing import Final

from pipeline.model.audit import AuditTag
from pipeline.model.ids import RecordingId, TenantId
from pipeline.model.recording import RecordingState
from pipeline.model.tenant_notice import NoticeKind
from pipeline.policies.facts import Residue
from pipeline.policies.residue import residue_of
from pipeline.steps.context import Receipt, StepContext
from pipeline.store.audit import add_event
from pipeline.store.recordings import mark_state, merge_facts, read_facts
from pipeline.store.reviews import open_review
from pipeline.store.session import Transaction
from pipeline.store.tenant_notices import add_notice
from pipeline.telemetry import log

_KIND: Final = re.compile(r"[A-Z]+(?:_[A-Z]+)*")
"""Kinds in a reason, such as `audio: STILL_HEARD(CREDIT_CARD+PERSON)`; what is no kind of entity says nothing."""


def withhold(context: StepContext, tenant: TenantId, recording: RecordingId, reason: str) -> Receipt:
    """Mark a recording withheld, with the reason, and open it for review at the highest risk."""
    with context.vault.database.transaction(tenant) as tx:
        is_new = mark_state(tx, recording, RecordingState.WITHHELD, reason=reason)
        merge_facts(tx, recording, {"withheld": reason, "is_redaction_proved": False})
        open_review(tx, recording, risk=100, reasons=("withheld", reason))
        if is_new:
            add_event(tx, AuditTag.RECORDING_WITHHELD, actor="system", target=recording, facts={"reason": reason})
        if _note_card(tx, recording, reason):
            log().error("recording.card_number_unhidden", tenant=tenant, recording=recording)
    return {"state": RecordingState.WITHHELD.value, "reason": reason}


def _note_card(tx: Transaction, recording: RecordingId, reason: str) -> bool:
    """Note the day from which a card number in it counts, and tell the tenant; False where none was found, or once."""
    noted = read_facts(tx, recording)
    types = [*str(noted.get("entity_types") or "").split(","), *_KIND.findall(reason)]
    if noted.get("card_unhidden_on") or Residue.CARD_NUMBER not in residue_of(types, is_hidden=False):
        return False
    merge_facts(tx, recording, {"card_unhidden_on": tx.now.date().isoformat()})
    add_event(tx, AuditTag.CARD_NUMBER_UNHIDDEN, actor="system", target=recording, facts={"reason": reason})
    add_notice(tx, NoticeKind.CARD_NUMBER, subject=("recording", recording), cause="withheld")
    return True
