from __future__ import annotations

import pytest

from pipeline.model.errors import InvalidInput
from pipeline.model.ids import TenantId
from pipeline.model.user import Role, User, login_name


def test_a_person_acts_under_the_login():
    user = User(id="usr_1", tenant=TenantId("acme"), login="ada", roles=frozenset({Role.REVIEWER}))
    assert user.actor == "user:ada"


@pytest.mark.parametrize("given", ["", "a", "Ada", "ada@example.com", "-ada", "a" * 42, "ada b", "ada\n"])
def test_an_address_or_another_shape_is_no_login(given):
    with pytest.raises(InvalidInput):
        login_name(given)


@pytest.mark.parametrize("given", ["ada", "ada.l", "r2-d2", "a" * 41])
def test_a_short_plain_name_is_a_login(given):
    assert login_name(given) == given
