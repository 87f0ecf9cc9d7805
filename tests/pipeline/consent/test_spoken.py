from __future__ import annotations

import hashlib

from pipeline.consent.script import render_script
from pipeline.consent.spoken import find_spoken
from pipeline.model.consent import ScriptRef

ANNOUNCE = render_script("announce", "en-US", tenant_name="Acme")
SPANISH = render_script("announce", "es-ES", tenant_name="Acme")
OWN = (
    "Hello from {tenant_name}, I am an AI assistant. We would like this call to be recorded and transcribed "
    "in order to keep your order straight. Say at any time that you do not want to be recorded."
)


def own_ref(text: str) -> ScriptRef:
    return render_script("announce", "en-US", tenant_name="Acme", wording=text).ref


def test_our_own_words_are_found_by_their_digest():
    found = find_spoken(ANNOUNCE.ref, tenant_name="Acme")
    assert found is not None
    assert (found.version, found.text) == (ANNOUNCE.version, ANNOUNCE.text)


def test_two_languages_spoken_after_each_other_are_found_together():
    text = f"{SPANISH.text}\n{ANNOUNCE.text}"
    ref = ScriptRef(id="announce", locale="es-ES+en-US", sha256=hashlib.sha256(text.encode()).hexdigest())
    found = find_spoken(ref, tenant_name="Acme")
    assert found is not None
    assert (found.text, found.version) == (text, f"{SPANISH.version}+{ANNOUNCE.version}")


def test_a_tenants_own_wording_is_found_in_its_version_even_when_it_is_no_longer_in_force():
    own = {"announce:en-US": [("2", OWN.replace("Hello", "Good day")), ("1", OWN)]}
    found = find_spoken(own_ref(OWN), tenant_name="Acme", own=own)
    assert found is not None
    assert found.version == "own:1"


def test_words_that_nobody_has_are_not_claimed():
    assert find_spoken(ANNOUNCE.ref, tenant_name="Other") is None
    assert find_spoken(ScriptRef(id="announce", locale="xx-XX", sha256=ANNOUNCE.sha256), tenant_name="Acme") is None
    assert find_spoken(ScriptRef(id="unheard_of", locale="en-US", sha256="0" * 64), tenant_name="Acme") is None
    assert find_spoken(ANNOUNCE.ref, tenant_name="Acme", own={"announce:en-US": [("1", "<bad>")]}) is not None
