"""Coming in by an identity provider in a real browser, under the policy that every page has."""

from __future__ import annotations

import re

import pytest
from fastapi.responses import RedirectResponse

from pipeline.decisions.identity_provider import link_identity, set_provider
from pipeline.decisions.users import take_on_user
from pipeline.model.user import Role
from pipeline.vendors.oidc import OidcIdentities
from tests.browser import SCHEMES, WIDTHS, serving, window
from tests.identity_provider import providing
from tests.webhooks.conftest import stage  # noqa: F401
from webhooks.app import create_app


@pytest.fixture
def here(stage, clock):  # noqa: F811
    """The app and a provider, both at addresses of this machine."""
    local = stage.on(stage.context.database, public_base="http://127.0.0.1", identity=OidcIdentities(clock))
    owner = local.tenant("acme")
    context = local.context
    with providing(lambda: clock.now().timestamp()) as there:
        with context.database.transaction(owner.id) as tx:
            take_on_user(tx, "ada", [Role.REVIEWER], actor="test", has_password=False)
            set_provider(tx, there.provider, keys=context.keys, actor="test")
            link_identity(tx, "ada", there.subject, keys=context.keys, actor="test")
        app = create_app(context)
        app.add_api_route("/redirecting", lambda: RedirectResponse(there.issuer + "/keys", 303))
        with serving(app) as base:
            object.__setattr__(context, "public_base", base)
            yield there, base


def begin(watched, path="/sign-in?next=/sign-in/account"):
    page = watched.go(path)
    page.get_by_label("Organisation").last.fill("acme")
    page.get_by_role("button", name="identity provider").click()
    return page


def test_a_person_goes_to_the_provider_and_comes_back_signed_in_with_scripts_and_without(here, browser):
    _, base = here
    for is_scripted in (True, False):
        with window(browser, base, java_script_enabled=is_scripted) as watched:
            page = begin(watched)
            page.wait_for_url(f"{base}/sign-in/account")
            assert "ada" in page.inner_text("header")
            assert "Identity provider" in page.inner_text("main")
            assert watched.complaints == []


def test_the_pages_on_the_way_are_readable_and_within_their_width(here, browser):
    there, base = here
    there.subject = "somebody-else"
    with window(browser, base, width=WIDTHS[0]) as watched:
        found = {}
        watched.page.route(f"{there.issuer}/**", lambda route: route.fulfill(status=204))  # a page stays where it is
        page = begin(watched)
        page.wait_for_url(re.compile(r"/sign-in/oidc\?"))
        page.get_by_role("link", name="Go on").wait_for()
        found["on the way"] = looked_at(watched)
        page.unroute_all()
        page.get_by_role("link", name="Go on").click()
        page.wait_for_url(re.compile("/back"))
        assert "Nobody here comes under that identity" in page.inner_text("[role=alert]")
        # Both forms are on this page as they are on the first one.
        found["refused"] = looked_at(watched)
        assert found == dict.fromkeys(found, ([], []))
        assert [text for text in watched.complaints if "422" not in text and there.issuer not in text] == []


def looked_at(watched):
    """Name the barriers of a page, and the widths that it does not keep to."""
    barriers, wide = [], []
    for scheme in SCHEMES:
        watched.page.emulate_media(color_scheme=scheme)
        barriers += watched.sees_no_barrier()
    for width in reversed(WIDTHS):
        watched.page.set_viewport_size({"width": width, "height": 900})
        wide += [width] if watched.overflows() else []
    return barriers, wide


def test_a_redirect_in_place_of_the_page_would_be_stopped_by_our_own_policy(here, browser):
    there, base = here
    with window(browser, base) as watched:
        page = watched.go("/sign-in")
        page.evaluate("document.querySelector('form[action=\"/sign-in/oidc\"]').action = '/redirecting'")
        page.get_by_label("Organisation").last.fill("acme")
        page.get_by_role("button", name="identity provider").click()
        page.wait_for_timeout(300)
        assert any("form-action" in text for text in watched.complaints)
        assert "/keys" not in there.asked
