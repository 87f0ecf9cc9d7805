"""Round trips: what is said in any of many ways is written as what was meant."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.redaction.normalise import Kind, load_tables, write
from tests.pipeline.redaction.normalise.sayings import below_hundred, dicho, in_full, por_extenso, said_digits, spelled

SPANISH = load_tables("es")
MANY = settings(max_examples=300)


def code_of(said: str, language: str = "en") -> str:
    return "".join(run.code for run in write(said, load_tables(language)).runs)


def numerals(least: int, most: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=least, max_size=most)


@MANY
@given(st.data(), numerals(3, 19))
def test_cards_accounts_and_phones_come_back_however_their_digits_are_said(data: st.DataObject, digits: str) -> None:
    assert code_of(data.draw(said_digits(digits))) == digits


@MANY
@given(st.data(), numerals(2, 16))
def test_spanish_digits_come_back_however_they_are_said(data: st.DataObject, digits: str) -> None:
    assert code_of(data.draw(dicho(digits)), "es") == digits


@MANY
@given(st.data(), st.from_regex(r"[A-PR-UWYZ]{1,2}[1-9][0-9]?[A-HJKMNPR-Y]?[1-9][ABD-HJLNP-UW-Z]{2}", fullmatch=True))
def test_postcodes_come_back_however_they_are_spelled(data: st.DataObject, postcode: str) -> None:
    assert code_of(data.draw(spelled(postcode))).upper() == postcode


@MANY
@given(st.data(), st.from_regex(r"[A-CEGHJ-PR-TW-Z]{2}[0-9]{6}[A-D]|[A-HJ-NP-Z]{3}[0-9]{4}", fullmatch=True))
def test_national_numbers_of_letters_and_digits_come_back(data: st.DataObject, code: str) -> None:
    assert code_of(data.draw(spelled(code))).upper() == code


@given(st.integers(1, 99_999), st.sampled_from([" and ", " "]))
def test_a_number_said_in_full_comes_back(number: int, joiner: str) -> None:
    assert code_of(in_full(number, joiner)) == str(number)


@given(st.integers(1, 99_999))
def test_a_number_said_in_full_in_spanish_comes_back(number: int) -> None:
    assert code_of(por_extenso(number), "es") == str(number)


DAYS = {1: "first", 2: "second", 3: "third", 12: "twelfth", 20: "twentieth", 21: "twenty first", 30: "thirtieth",
        31: "thirty first"}  # fmt: skip


@given(st.sampled_from(sorted(DAYS)), st.sampled_from(["may", "march", "november"]), st.integers(1901, 2029), st.data())
def test_a_date_comes_back_as_day_month_and_year(day: int, month: str, year: int, data: st.DataObject) -> None:
    said_day = data.draw(st.sampled_from([DAYS[day], f"{day}{'st' if day % 10 == 1 else 'th'}", below_hundred(day)]))
    pair = f"{below_hundred(year // 100)} {'oh ' if year % 100 < 10 else ''}{below_hundred(year % 100 or 1)}"
    whole = in_full(year) if year >= 2000 else pair
    said_year = data.draw(st.sampled_from([str(year), whole, pair] if year % 100 else [str(year)]))
    view = write(f"the {said_day} of {month} {said_year}")
    assert view.text == f"the {day} of {month} {year}"
    assert [piece.kind for piece in view.pieces if piece.kind is Kind.MONTH] == [Kind.MONTH]


NAMES = st.sampled_from(["anna", "smith", "jordan", "lee"])
SEPARATORS = st.sampled_from([(".", "dot"), (".", "period"), ("_", "underscore"), ("-", "dash"), ("-", "hyphen")])
HOSTS = st.sampled_from([("gmail.com", "gmail dot com"), ("yahoo.co.uk", "yahoo dot co dot uk"),
                         ("hotmail.com", "hotmail dotcom"), ("btinternet.com", "b t internet dot com"),
                         ("xtra.co.nz", "xtra dot c o dot n z"), ("my-shop.org", "my dash shop dot org"),
                         ("students.example.edu", "students dot example dot edu")])  # fmt: skip


@given(NAMES, SEPARATORS, NAMES, st.integers(11, 99), HOSTS, st.sampled_from(["at", "at sign", "the at symbol", "@"]))
def test_a_mail_address_comes_back_in_one_piece(
    first: str, separator: tuple[str, str], last: str, number: int, host: tuple[str, str], at: str
) -> None:
    said = f"my email is {first} {separator[1]} {last} {below_hundred(number)} {at} {host[1]}"
    assert write(said).text == f"my email is {first}{separator[0]}{last}{number}@{host[0]}"


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("juan punto pérez arroba gmail punto com", "juan.pérez@gmail.com"),
        ("maría guión bajo lópez ochenta y cuatro arroba hotmail punto es", "maría_lópez84@hotmail.es"),
        ("jota guion garcía arroba empresa punto com punto mx", "j-garcía@empresa.com.mx"),
        ("eme de madrid a de ávila erre de roma", "mar"),
        ("uve doble equis i griega zeta", "wxyz"),
        ("be larga ve corta", "bv"),
        ("el uno de mayo de mil novecientos noventa", "el 1 de mayo de 1990"),
        ("el primero de mayo de dos mil cinco", "el 1 de mayo de 2005"),
        ("el 1º de mayo", "el 1 de mayo"),
        ("tres ceros doble cuatro", "00044"),
        ("más treinta y cuatro seis uno dos tres cuatro cinco seis siete ocho", "+34612345678"),
        ("siete ocho nueve zeta", "789z"),
        ("voy a las cinco o a las seis", "voy a las 5 o a las 6"),
        ("una de las cosas que te dije", "una de las cosas que te dije"),
    ],
)
def test_spanish_is_written_as_a_clerk_would(said: str, written: str) -> None:
    assert write(said, SPANISH).text == written
