from __future__ import annotations

from pipeline.model.recording import RecordingState
from pipeline.model.subject import RequestKind, RequestState
from pipeline.reads.dashboard import PLOTS as READ
from pipeline.reads.stuck import STATES
from pipeline.store.figures import AGES, WORST_FIRST
from webhooks.operations.labels import CODES, PLOTS, label_of


def test_every_code_that_a_page_shows_has_a_name():
    shown = [*WORST_FIRST, *AGES, *STATES, *RequestKind, *RequestState, RecordingState.REFUSED]
    assert [code for code in shown if code not in CODES] == []
    assert list(PLOTS) == list(READ)


def test_a_code_that_nobody_named_is_shown_as_it_is():
    assert label_of("PHONE_NUMBER") == "PHONE_NUMBER"
