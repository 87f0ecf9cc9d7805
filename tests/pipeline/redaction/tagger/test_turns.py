from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.redaction.tagger.turns import VIEWS, mixing

SPEAKERS = st.lists(st.sampled_from(("agent", "customer", "other")), min_size=1, max_size=12)


@given(SPEAKERS)
def test_a_turn_hears_those_before_it_itself_and_only_the_next(speakers: list[str]) -> None:
    heard = mixing(speakers)
    assert heard.shape == (VIEWS, len(speakers), len(speakers))
    ahead = np.triu(np.ones((len(speakers), len(speakers)), bool), k=1)
    assert not heard[:-1][:, ahead].any()
    assert np.array_equal(heard[-2], np.eye(len(speakers)))
    assert np.array_equal(heard[-1], np.eye(len(speakers), k=1))


@given(SPEAKERS)
def test_own_and_others_turns_are_heard_apart(speakers: list[str]) -> None:
    heard = mixing(speakers)
    for at, speaker in enumerate(speakers):
        for before in range(at):
            own, others = heard[0, at, before], heard[1, at, before]
            assert (own > 0) == (speakers[before] == speaker)
            assert (others > 0) == (speakers[before] != speaker)


def test_what_was_said_long_ago_fades() -> None:
    heard = mixing(["agent"] * 40)
    assert (np.diff(heard[0, -1, :-1]) > 0).all()
    assert heard[2, -1, 0] < 0.01
    assert heard[2, -1, -5] > heard[0, -1, -5]


def test_who_speaks_counts_and_not_what_they_are_called() -> None:
    assert np.array_equal(mixing(["a", "b", "a"]), mixing(["x", "", "x"]))
