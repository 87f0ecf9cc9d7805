"""What a caller did at a question: noted once, for each purpose by itself, with the very words that were played.

The first answer closes a gate; what comes later, again or out of order changes nothing. Silence, a wrong key, words
that are no clear answer and a hang-up are different outcomes, and in any gate none of them lets anything be kept.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from pipeline.consent.require import ConsentMode
from pipeline.consent.speech import hear
from pipeline.intake.call_state import CallState, find_state
from pipeline.intake.choose_next import Next, ask, ask_again, choose_next
from pipeline.intake.choose_script import announcement, question
from pipeline.intake.noting import UNANSWERED, Answer, note, outcome_of
from pipeline.intake.wording import script_ref
from pipeline.model.call import LegRole
from pipeline.model.consent import Method, Outcome, Purpose
from pipeline.policies.loader import Law
from pipeline.policies.scripts import ScriptId
from pipeline.store.session import Transaction

ATTEMPTS: Final = 2
_STAYED: Final = {"": (Outcome.GRANTED, Method.IMPLIED), "2": (Outcome.DECLINED, Method.DTMF)}


def note_announced(tx: Transaction, state: CallState, *, digits: str = "", law: Law) -> Next:
    """Note that the caller heard the announcement and stayed; only where staying is agreeing.

    A 2 refuses. Any other key is a caller who wants to say something, and is asked.
    """
    is_implied = state.is_recordable and state.call.mode != ConsentMode.EXPLICIT_GATE
    if not is_implied or state.outcome(LegRole.CALLER) is not None:
        return choose_next(state)
    outcome, method = _STAYED.get(digits, (None, None))
    if outcome is None or method is None:
        return ask(state)
    script = script_ref(announcement(state), state)
    answer = Answer(outcome=outcome, method=method, script=script, digits=digits)
    note(tx, state.call, answer, state.asked, cause="announced:1")
    return choose_next(reread(tx, state, law=law))


def note_record_answer(
    tx: Transaction, state: CallState, *, digits: str, attempt: int, law: Law, speech: str = "", confidence: str = ""
) -> Next:
    """Note the answer to the recording question; the first that is no answer only asks again.

    Words count only where a spoken answer is taken, and not beside a key; they are read here and never stored.
    """
    if not state.is_recordable or state.outcome(LegRole.CALLER) is not None:
        return choose_next(state)
    is_spoken = bool(speech) and not digits and state.accepts_speech
    answer = _spoken(state, speech, confidence) if is_spoken else Answer(outcome=outcome_of(digits), digits=digits)
    if answer.outcome in UNANSWERED and attempt < ATTEMPTS:
        return ask_again(state)
    answer = replace(answer, script=script_ref(question(state, attempt), state), attempts=attempt)
    note(tx, state.call, answer, state.asked, cause=f"ask_record:{attempt}")
    return choose_next(reread(tx, state, law=law))


def _spoken(state: CallState, speech: str, confidence: str) -> Answer:
    heard = hear(speech, confidence, locale=state.locales[0])
    return Answer(outcome=heard.outcome, method=Method.SPEECH, confidence=heard.confidence, phrase=heard.phrase)


def note_training_answer(tx: Transaction, state: CallState, *, digits: str, law: Law) -> Next:
    """Note the answer to the training question, which is asked once.

    A clear no is a no to training alone. Silence and a wrong key are no answer to a gate, and then nothing is
    recorded either (design.md, ruling 7).
    """
    if not state.is_gate_open or state.outcome(LegRole.CALLER) is not Outcome.GRANTED:
        return choose_next(state)
    outcome = outcome_of(digits)
    purposes = tuple(Purpose) if outcome in UNANSWERED else (Purpose.TRAIN,)
    answer = Answer(outcome=outcome, script=script_ref(ScriptId.ASK_TRAINING, state), digits=digits)
    note(tx, state.call, answer, purposes, cause="ask_training:1")
    return choose_next(reread(tx, state, law=law))


def close_gate(tx: Transaction, state: CallState, outcome: Outcome, *, cause: str) -> None:
    """Note of a gate that is still open that no answer will come: the caller hung up, or the question failed."""
    if not state.is_gate_open:
        return
    script, purposes = announcement(state), state.asked
    if state.outcome(LegRole.CALLER) is Outcome.GRANTED:
        script, purposes = ScriptId.ASK_TRAINING, tuple(Purpose)
    elif state.call.mode == ConsentMode.EXPLICIT_GATE:
        script = question(state)
    method = Method.IMPLIED if script is announcement(state) else Method.DTMF
    answer = Answer(outcome=outcome, method=method, script=script_ref(script, state))
    note(tx, state.call, answer, purposes, cause=cause)


def reread(tx: Transaction, state: CallState, *, law: Law) -> CallState:
    """Read the call again, after something was noted."""
    return find_state(tx, state.call.call_sid, owner=state.owner, law=law) or state
