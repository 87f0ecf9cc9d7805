"""Showing what stands behind one hidden span takes two people who are trusted with it, a purpose, and is over soon."""

from __future__ import annotations

from dataclasses import replace

from pipeline.decisions.corrections import Reviewer
from pipeline.model.artifact import ArtifactKind
from pipeline.model.audit import AuditTag
from pipeline.model.errors import IllegalTransition, InvalidInput, NotFound, NotPermitted
from pipeline.model.ids import RecordingId, new_id
from pipeline.model.reveal import REVEAL_LASTS, Reveal, RevealPurpose, RevealState
from pipeline.model.review import FindingPlace
from pipeline.store.api_keys import is_same_person
from pipeline.store.artifacts import find_artifact
from pipeline.store.audit import Facts, add_event
from pipeline.store.reveals import add_reveal, get_reveal, mark_answered
from pipeline.store.session import Transaction
from pipeline.store.shown import check_for_people, check_not_ended


def ask_reveal(tx: Transaction, place: FindingPlace, *, purpose: RevealPurpose, reason: str, by: Reviewer) -> Reveal:
    """Ask to see one span. Nothing is shown before somebody else allows it, and the asking is over within the hour.

    Raises:
        InvalidInput: no reason.
        NotFound: there is no original any more.
        NotPermitted: the recording has ended, or is shown to nobody.
    """
    if not reason.strip():
        raise InvalidInput("a reveal needs a reason")
    _check_shown(tx, place.recording)
    reveal = Reveal(
        id=new_id("rvl"),
        recording=place.recording,
        version=place.version,
        type=place.type,
        channel=place.channel,
        time=place.time,
        purpose=purpose,
        asked_by=by.actor,
        asked_at=tx.now,
    )
    add_reveal(tx, reveal, reason=reason.strip(), keys=by.keys)
    add_event(tx, AuditTag.REVEAL_ASKED, actor=by.actor, target=reveal.id, facts=_facts(reveal))
    return reveal


def answer_reveal(tx: Transaction, reveal: str, *, allows: bool, actor: str) -> Reveal:
    """Allow a reveal for five minutes from now, to who asked and nobody else, or refuse it.

    Who asked may take it back, which is a refusal.

    Raises:
        NotFound: no such reveal, or there is no original any more.
        IllegalTransition: it was answered, or is too old.
        NotPermitted: nobody allows their own; the recording has ended, or is shown to nobody.
    """
    found = get_reveal(tx, reveal, is_locked=True)
    state = found.state_at(tx.now)
    if state is not RevealState.ASKED:
        raise IllegalTransition(f"a reveal that is {state.value} is not answered")
    if allows and is_same_person(tx, found.asked_by, actor):
        raise NotPermitted("nobody allows their own reveal")
    if allows:
        _check_shown(tx, found.recording)
    ends_at = tx.now + REVEAL_LASTS if allows else None
    mark_answered(tx, found.id, actor=actor, ends_at=ends_at)
    tag = AuditTag.REVEAL_ALLOWED if allows else AuditTag.REVEAL_REFUSED
    add_event(tx, tag, actor=actor, target=found.id, facts={**_facts(found), "asked_by": found.asked_by})
    return replace(found, answered_by=actor, answered_at=tx.now, ends_at=ends_at)


def _check_shown(tx: Transaction, recording: RecordingId) -> None:
    original = find_artifact(tx, recording, ArtifactKind.TRANSCRIPT_ORIGINAL)
    if original is None:
        raise NotFound(f"recording {recording} has no original any more")
    check_not_ended(tx, recording, original)
    check_for_people(tx, recording, original)


def _facts(reveal: Reveal) -> Facts:
    return {"recording": reveal.recording, "type": reveal.type.value, "purpose": reveal.purpose.value}
