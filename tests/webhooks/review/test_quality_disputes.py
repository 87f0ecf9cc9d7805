from __future__ import annotations

import re

import pytest

from pipeline.model.user import Role
from tests.webhooks.review.quality_desk import desk as desk
from tests.webhooks.review.quality_desk import words_of

LIST = "/review/quality/disputes"


@pytest.fixture
def disputed(desk):
    """Ada and a privileged Ben differ; gives the seats."""
    ada, ben = desk.seat("ada", Role.REVIEWER), desk.seat("ben", Role.PRIVILEGED_REVIEWER)
    assert ada.reads(wrong=(0,)).status_code == 303
    assert ben.reads(marks=(desk.mark,)).status_code == 303
    return ada, ben, desk.seat("cat", Role.PRIVILEGED_REVIEWER)


def path_on(page) -> str:
    return re.search(rf'href="({LIST}/qsm_\w+)"', page.text)[1]


def test_a_third_person_settles_what_two_differ_in_and_is_not_told_who_they_are(desk, disputed):
    _, _, cat = disputed
    path = path_on(cat.get(LIST))
    said = words_of(cat.get(path).text)
    assert "One reader: not personal. The other: personal." in said
    assert "ada" not in said
    assert "canaryname" not in said
    refused = cat.post(path, v0="personal", reason="x")
    assert (refused.status_code, "Settle everything" in refused.text) == (422, True)
    done = cat.post(path, v0="personal", m0="second", reason="canary reason")
    assert (done.status_code, done.headers["location"]) == (303, LIST)
    assert desk.line.events("quality:sample:finished")[0]["missed"] == 1
    assert "Nothing is to be settled" in cat.get(LIST).text
    assert cat.get(path).status_code == 409


def test_who_read_a_call_neither_sees_it_listed_nor_settles_it(disputed):
    ada, ben, cat = disputed
    path = path_on(cat.get(LIST))
    assert "qsm_" not in ben.get(LIST).text
    assert ben.get(path).status_code == ben.post(path, v0="personal", m0="second", reason="x").status_code == 403
    assert ada.get(LIST).status_code == 403
