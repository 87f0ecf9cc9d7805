"""How a page of the console is written: from templates, in the reader's language, with headers that let nothing in.

Scripts run only with the nonce of the answer or by an address in our own import map; there is no inline style and no
inline handler. A request of htmx gets the named block alone, every other request the whole page: each page works
without any script.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, Protocol

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup

from pipeline.model.ids import TenantId
from pipeline.model.user import Role
from webhooks.pages import language
from webhooks.pages.assets import import_map, load_assets
from webhooks.pages.labels import label_of
from webhooks.pages.menu import ROLE_NAMES, entries_for
from webhooks.pages.told import teller

_WEB: Final = Path(__file__).parents[1]
_POLICY: Final = (
    "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data:; media-src 'self' blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
    "Vary": "HX-Request, Accept-Language, Cookie",
}


class Viewer(Protocol):
    """Who reads a page."""

    @property
    def tenant(self) -> TenantId: ...

    @property
    def actor(self) -> str: ...

    @property
    def roles(self) -> frozenset[Role]: ...

    @property
    def locale(self) -> str: ...

    @property
    def csrf(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One sentence at the top of a page. `kind` is `problem`, `done` or `hint`."""

    text: str
    kind: str = "problem"


def show(
    request: Request,
    viewer: Viewer | None,
    template: str,
    values: Mapping[str, Any],
    *,
    status: HTTPStatus = HTTPStatus.OK,
    block: str = "",
) -> Response:
    """Write a page.

    Args:
        request: what is answered.
        viewer: who reads it; None where nobody is signed in.
        template: `area/name.html`: the file `name.html` in the area's own `templates` folder.
        values: what stands in it; `title` always, `notice` (a `Notice`) where something is to be said.
        status: of the answer.
        block: the block of the template that htmx is given alone.
    """
    nonce = secrets.token_urlsafe(18)
    spoken = viewer.locale if viewer else language.choose_language(request.headers.get("accept-language", ""))
    page = _environment(spoken).get_template(template)
    given = {
        "notice": None,
        **values,
        "viewer": viewer,
        "csrf": viewer.csrf if viewer else values.get("csrf", ""),
        "nonce": nonce,
        "language": spoken,
        "path": request.url.path,
        "menu": entries_for(viewer.roles, request.url.path) if viewer else (),
    }
    if block and request.headers.get("hx-request") == "true":
        context = page.new_context(given)
        body = "".join(page.blocks[block](context))
    else:
        body = page.render(given)
    headers = {**_HEADERS, "Content-Security-Policy": _POLICY.format(nonce=nonce)}
    return HTMLResponse(body, status.value, headers=headers)


def go_to(path: str) -> Response:
    """Answer a form that was done: the browser reads another page, and going back does not post again."""
    return RedirectResponse(path, HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"})


def _coded(text: str) -> Markup:
    """Write what a text has between backticks as code."""
    parts = text.split("`")
    return Markup("").join(Markup("<code>{}</code>").format(part) if at % 2 else part for at, part in enumerate(parts))


@cache
def _environment(spoken: str) -> Environment:
    areas = {path.parent.name: FileSystemLoader(path) for path in _WEB.glob("*/templates")}
    environment = Environment(
        loader=PrefixLoader(areas),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "coded": _coded,
        "day": lambda value: language.say_day(value, spoken),
        "moment": lambda value: language.say_moment(value, spoken),
        "number": lambda value: language.say_number(value, spoken),
        "share": lambda value: language.say_share(value, spoken),
        "duration": language.say_duration,
    }
    assets = load_assets()
    environment.globals |= {"assets": assets, "import_map": import_map(assets), "Role": Role, "role_names": ROLE_NAMES}
    # Jinja's own extension marks a translated text as safe; here it is text like any other, also where it comes from a
    # variable.
    say = language.speaker(spoken)
    environment.globals |= {"_": say, "ngettext": language.counter(spoken)}
    environment.globals |= {"called": lambda kind, code: say(label_of(kind, code)), "told": teller(spoken)}
    return environment
