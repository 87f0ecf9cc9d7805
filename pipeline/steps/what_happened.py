"""What has happened to a recording, its call or its tenant since: endings, requests, holds, signs of a child."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from pipeline.model.artifact import Artifact
from pipeline.model.ids import CallId, RecordingId
from pipeline.model.recording import Recording
from pipeline.model.retention import RetentionBasis
from pipeline.policies.facts import ChildSign, ChildSignal, EventFacts
from pipeline.store.blind_terms import list_terms_of
from pipeline.store.calls import list_flags
from pipeline.store.child_signals import CLEARED, FLAGGED, list_child_signals
from pipeline.store.endings import first_day, list_endings_of
from pipeline.store.holds import list_holds_on
from pipeline.store.session import Transaction
from pipeline.store.subject_requests import requests_about

type Noted = Mapping[str, Any]
"""What steps found out about a recording."""

_AT_ONCE: Final = (RetentionBasis.DELETION_REQUEST, RetentionBasis.CHILD)
"""Endings of a day of their own. A child's is noted by the ledger alone, where the signs were lost with a database."""


def what_happened(
    tx: Transaction,
    *,
    call: CallId | None,
    signals: tuple[ChildSignal, ...],
    recording: RecordingId | None = None,
) -> EventFacts:
    """Read what has happened to everything of a recording or call; holds may cover single artifacts of it."""
    ended = list_endings_of(tx, recording=recording, call=call)
    is_open, has_objection = requests_about(tx, list_terms_of(tx, recording=recording, call=call))
    asked = (first_day(ended, cause) for cause in _AT_ONCE)
    return EventFacts(
        deletion_requested_on=min((day for day in asked if day is not None), default=None),
        closed_on=first_day(ended, RetentionBasis.CLOSURE),
        child_signals=signals,
        is_request_open=is_open,
        has_objection=has_objection,
    )


def with_holds(tx: Transaction, events: EventFacts, artifact: Artifact, *, call: CallId | None) -> EventFacts:
    """Add the matters whose holds cover one artifact."""
    covering = list_holds_on(tx, recording=artifact.recording, call=call, artifact=artifact)
    return replace(events, holds=tuple(sorted({hold.matter for hold in covering})))


def card_unhidden_on(noted: Noted) -> date | None:
    """Give the day on which it was withheld with a card number in it; None once all of it was hidden after all."""
    since = noted.get("card_unhidden_on")
    return date.fromisoformat(since) if since and noted.get("withheld") else None


def child_signals(tx: Transaction, recording: Recording, noted: Noted) -> tuple[ChildSignal, ...]:
    """Join what was heard, told during the call, and noted since; a person's clearing covers what came before it."""
    on = (recording.started_at or tx.now).date()
    later = list_child_signals(tx, recording=recording.id, call=recording.call)
    cleared = max((at for at, entry in enumerate(later) if entry.sign == CLEARED), default=-1)
    signals: list[ChildSignal] = []
    if recording.call is not None and FLAGGED in list_flags(tx, recording.call):
        signals.append(ChildSignal(sign=ChildSign.AGENT_FLAG, on=on, is_cleared=cleared >= 0))
    if noted.get("stated_age") is not None:
        age = int(noted["stated_age"])
        signals.append(ChildSignal(sign=ChildSign.STATED_AGE, on=on, age=age, is_cleared=cleared >= 0))
    signals += [
        ChildSignal(sign=ChildSign(entry.sign), on=entry.on, age=entry.age, is_cleared=at < cleared)
        for at, entry in enumerate(later)
        if entry.sign != CLEARED
    ]
    return tuple(signals)
