from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.store.tenants import change_tenant, get_tenant
from tests.webhooks.subjects.asking import CALLER, NotedCodes, Person, an_own_call
from tests.webhooks.test_spanish import english, words_of


@pytest.fixture
def person(stage):
    codes = NotedCodes()
    stage = stage.on(stage.context.database, codes=(codes,))
    owner = stage.tenant()
    an_own_call(stage, owner)
    made = Person(stage.client)
    made.stage, made.codes, made.owner = stage, codes, owner
    return made


def test_a_caller_is_answered_in_the_language_of_their_browser_to_the_end(person):
    person.client.headers["accept-language"] = "es-MX,es;q=0.9,en;q=0.5"
    left = english()
    assert '<html lang="es">' in person.get().text
    assert words_of(person.page.text) & left == set()
    refused = person.post(kind="access", number="021")
    assert "Un número se escribe con su país" in refused.text
    person.get()
    late = person.client.post("/subjects/acme", data={"csrf": "x", "kind": "access", "number": CALLER})
    assert "Envíela de nuevo" in late.text
    path = person.ask()
    assert words_of(person.page.text) & left == set()
    assert person.codes.sent[-1][2].startswith("Su código para ")
    assert "caducado" in person.post(path, act="code", code="x").text
    gone = person.get("/subjects/acme/requests/none")
    assert (gone.status_code, words_of(gone.text) & left) == (404, set())


def test_the_switch_is_remembered_and_wins_over_the_browser(person):
    person.client.headers["accept-language"] = "es"
    assert '<html lang="en">' in person.get("/subjects/acme?lang=en").text
    assert '<html lang="en">' in person.get().text
    assert '<a href="?lang=es" lang="es" hreflang="es">Español</a>' in person.page.text
    assert '<html lang="es">' in person.get("/subjects/acme?lang=es").text
    path = person.ask()
    assert '<html lang="es">' in person.get(path).text
    for strange in ("de", "../x", "EN"):
        assert '<html lang="es">' in person.get(f"/subjects/acme?lang={strange}").text
        assert "earmark_language" not in person.page.headers.get("set-cookie", "")


def test_a_browser_that_asks_for_nothing_we_have_reads_the_tenants_own_language(person):
    person.client.headers["accept-language"] = "fr"
    assert '<html lang="en">' in person.get().text
    keys = person.stage.context.keys
    with person.stage.context.database.transaction(person.owner.id) as tx:
        found = get_tenant(tx, keys=keys)
        mexican = replace(found, settings=replace(found.settings, locale="es-US"))
        change_tenant(tx, mexican, keys=keys, actor="test", changed=["locale"])
    assert '<html lang="es">' in person.get().text
    person.client.headers["accept-language"] = "en"
    assert '<html lang="en">' in person.get().text
