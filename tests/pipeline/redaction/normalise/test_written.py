from __future__ import annotations

from pipeline.model.span import CharSpan
from pipeline.redaction.normalise import Kind, Piece, write


def test_tokens_split_letters_from_digits_and_keep_their_places() -> None:
    assert [(t.text, t.start) for t in write("t w 4M o'brien's 21st").tokens] == [
        ("t", 0), ("w", 2), ("4", 4), ("M", 5), ("o'brien's", 7), ("21st", 17),
    ]  # fmt: skip


def test_a_written_stretch_names_the_words_that_said_it() -> None:
    view = write("call double four one now")
    start = view.text.index("441")
    assert view.said_at(start, start + 1) == CharSpan(5, 16)
    assert view.said_at(start, start + 3) == CharSpan(5, 20)


def test_hesitations_and_dashes_do_not_break_a_run() -> None:
    assert [run.code for run in write("four um five - six and seven").runs] == ["456", "7"]


def test_hesitations_leave_no_space_at_the_beginning() -> None:
    assert (write("um uh five").text, write("um").text) == ("5", "")


def test_a_run_counts_its_digits_and_letters() -> None:
    (run,) = write("s w one a two").runs
    assert (run.digits, run.letters, run.certain) == (2, 3, False)


def test_digits_and_letters_are_code_and_a_month_is_not() -> None:
    code = {kind for kind in Kind if Piece("5", kind, 0, 1).is_code}
    assert code == {Kind.DIGITS, Kind.LETTER}
