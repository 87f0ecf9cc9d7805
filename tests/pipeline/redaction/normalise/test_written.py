from __future__ import annotations

from pipeline.model.span import CharSpan
from pipeline.redaction.normalise import write
from pipeline.redaction.normalise.written import tokenise


def test_tokens_split_letters_from_digits_and_keep_their_places() -> None:
    assert [(t.text, t.start) for t in tokenise("t w 4M o'brien's 21st")] == [
        ("t", 0), ("w", 2), ("4", 4), ("M", 5), ("o'brien's", 7), ("21st", 17),
    ]  # fmt: skip


def test_a_written_stretch_names_the_words_that_said_it() -> None:
    view = write("call double four one now")
    start = view.text.index("441")
    assert view.said_at(start, start + 1) == CharSpan(5, 16)
    assert view.said_at(start, start + 3) == CharSpan(5, 20)


def test_hesitations_and_dashes_do_not_break_a_run() -> None:
    assert [run.code for run in write("four um five - six and seven").runs] == ["456", "7"]


def test_a_run_counts_its_digits_and_letters() -> None:
    (run,) = write("s w one a two").runs
    assert (run.digits, run.letters) == (2, 3)
