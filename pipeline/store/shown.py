"""Whether anything of a recording may be shown to anybody at this moment, redacted or not."""

from __future__ import annotations

from typing import Final

from pipeline.model.artifact import Artifact
from pipeline.model.decision import Visibility
from pipeline.model.errors import NotPermitted
from pipeline.model.ids import RecordingId
from pipeline.policies.facts import ChildSign
from pipeline.store.child_signals import count_standing
from pipeline.store.decisions import StoredDecision, find_decision
from pipeline.store.endings import list_endings_of
from pipeline.store.session import Transaction

_SHOWN_TO_NOBODY: Final = (Visibility.QUARANTINED.value, Visibility.RESTRICTED.value)


def check_not_ended(tx: Transaction, recording: RecordingId, artifact: Artifact) -> None:
    """Refuse what something has ended: it is hidden from then on, also where a law or a hold keeps it.

    Raises:
        NotPermitted: it has ended.
    """
    if list_endings_of(tx, recording=recording, call=artifact.call):
        raise NotPermitted("the recording has ended and is hidden")


def check_for_people(tx: Transaction, recording: RecordingId, artifact: Artifact) -> None:
    """Refuse what is not for people's eyes: a child was noted, or the decision in force quarantines or restricts it.

    Raises:
        NotPermitted: it is shown to nobody.
    """
    decided = find_decision(tx, artifact.id)
    if count_standing(tx, recording=recording, call=artifact.call) > _signs_judged(decided):
        raise NotPermitted("a child was noted here and it is not judged yet: it is shown to nobody")
    if decided is not None and decided.record["visibility"] in _SHOWN_TO_NOBODY:
        raise NotPermitted(f"this recording is {decided.record['visibility']}: it is shown to nobody")


def _signs_judged(decided: StoredDecision | None) -> int:
    """Count the judged signs that somebody noted; an age that was heard is no note."""
    signs = decided.facts["events"]["child_signals"] if decided is not None else ()
    return sum(sign["sign"] != ChildSign.STATED_AGE.value for sign in signs)
