from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.supply.licences import Noted, faults, is_allowed, note_installed, page, read_noted, write_noted
from pipeline.supply.parts import Kind, Part, read_parts
from tests.house.tree import ROOT

PARTS = read_parts(ROOT)
A_PART = Part(name="new", version="1", kind=Kind.PACKAGE, digests=("0",))


def test_every_part_has_a_noted_licence_that_may_be_shipped() -> None:
    assert faults(PARTS, read_noted()) == []


def test_what_is_noted_is_what_the_installed_packages_say() -> None:
    assert note_installed(PARTS, read_noted()) == read_noted()


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("Apache-2.0 AND MIT", True),
        ("GPL-3.0-only OR MIT", True),
        ("MIT AND (Zlib OR GPL-2.0-only)", True),
        *((licence, False) for licence in ("GPL-3.0-only", "MIT AND GPL-2.0-or-later", "AGPL-3.0-only", "", "UNKNOWN")),
        *((licence, False) for licence in ("MIT AND (AGPL-3.0-only)", "(MIT", ")MIT(", "MIT WITH x", "MIT AND")),
    ],
)
def test_a_gpl_or_unknown_licence_is_refused(licence: str, allowed: bool) -> None:
    assert is_allowed(licence) is allowed


def test_a_part_that_is_not_noted_or_unfit_or_moved_out_of_its_extra_is_named() -> None:
    gpl = Noted(version="1", licence="GPL-3.0-only", said_by="License", texts=())
    av = Part(name="av", version="1", kind=Kind.PACKAGE, digests=("0",))

    assert "not noted" in faults([A_PART], {})[0]
    assert "not noted" in faults([A_PART], {"new": replace(gpl, version="0")})[0]
    assert "may not be shipped" in faults([A_PART], {"new": gpl})[0]
    assert "GPL codecs" in faults([av], {"av": replace(gpl, licence="BSD-3-Clause")})[0]


def test_the_page_names_every_part_with_licence_and_text() -> None:
    text = page(ROOT)

    assert all(f"| {part.name} | {part.version} |" in text for part in PARTS)
    assert "`webhooks/pages/static/vendor/htmx.LICENSE`" in text


def test_what_is_written_is_read_again(tmp_path) -> None:
    write_noted(read_noted(), tmp_path / "noted.json")

    assert read_noted(tmp_path / "noted.json") == read_noted()
