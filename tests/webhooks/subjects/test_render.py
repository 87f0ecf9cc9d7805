from __future__ import annotations

from webhooks.subjects.render import HEADERS, csrf_of, tenant_named


def test_the_token_of_a_form_is_of_one_cookie_and_one_tenant():
    made = csrf_of("seed", b"k" * 32)
    assert made == csrf_of("seed", b"k" * 32)
    assert made not in (csrf_of("other", b"k" * 32), csrf_of("seed", b"o" * 32))
    assert len(made) == 64


def test_nothing_may_be_loaded_but_our_style_and_nowhere_may_be_posted_but_here():
    policy = dict(part.strip().split(" ", 1) for part in HEADERS["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "style-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }


def test_a_name_that_no_tenant_can_have_is_none():
    assert tenant_named("acme") == "acme"
    assert tenant_named("style.css") is tenant_named("A") is tenant_named("") is None
