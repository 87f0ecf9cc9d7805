from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from webhooks.pages.fetch_assets import VENDOR, CannotFetch, fetch, is_whole, read_packages

PACKAGES = read_packages()


@pytest.fixture
def fetched(tmp_path):
    return shutil.copytree(VENDOR, tmp_path / "vendor")


def test_what_is_pinned_lies_where_pages_load_it_from():
    assert is_whole(PACKAGES)


def test_every_script_of_others_comes_with_its_licence():
    assert all("LICENSE" in package.files for package in PACKAGES)


def test_a_changed_byte_a_file_less_and_a_file_more_are_seen(fetched):
    assert is_whole(PACKAGES, fetched)
    (fetched / "more.js").write_text("")
    assert not is_whole(PACKAGES, fetched)
    (fetched / "more.js").unlink()
    script = fetched / "htmx.js"
    script.write_bytes(script.read_bytes() + b" ")
    assert not is_whole(PACKAGES, fetched)
    script.unlink()
    assert not is_whole(PACKAGES, fetched)


def test_another_pin_is_fetched_anew_and_an_archive_that_is_not_the_pinned_one_is_refused(fetched):
    digest = "sha512-" + "A" * 86 + "=="
    other = [replace(PACKAGES[0], integrity=digest)]
    assert not is_whole(other, fetched)
    with pytest.raises(CannotFetch, match="not what was pinned"):
        fetch(other, fetched)
    assert not is_whole(PACKAGES, fetched)


def test_a_file_that_is_not_in_the_package_is_refused(fetched):
    with pytest.raises(CannotFetch, match="has no"):
        fetch([replace(PACKAGES[0], files={"dist/none.js": "none.js"})], fetched)
