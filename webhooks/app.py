"""The web application: routes, limits, errors. It is given everything it works with."""

from __future__ import annotations

from fastapi import FastAPI

from pipeline.policies.loader import list_policies, load_bundle, load_scripts
from webhooks import health, problems
from webhooks.api import api_routes
from webhooks.api.document import describe
from webhooks.limits import LimitBody
from webhooks.operations import operations_pages
from webhooks.pages import assets
from webhooks.pages.compress import Compress
from webhooks.pages.problem_pages import problem_page
from webhooks.review import review_pages
from webhooks.settings import settings_pages
from webhooks.sign_in import sign_in_pages
from webhooks.subjects import follow, page
from webhooks.tenancy import WebContext
from webhooks.twilio import bridge, conference, machine, news, transfer, voice
from webhooks.twilio.shared import AnswerShared


def create_app(context: WebContext) -> FastAPI:
    """Build the application and load what the first call must not wait for."""
    app = FastAPI(title="Earmark", version="1", openapi_url="/api/v1/openapi.json", docs_url=None, redoc_url=None)
    app.state.context = context
    shared = [*voice.shared_routes, *news.shared_routes]
    app.add_middleware(AnswerShared, routes=shared)
    app.add_middleware(LimitBody)
    app.add_middleware(Compress)
    app.add_middleware(health.WatchAnswers)
    problems.install(app, page_of=problem_page)
    for part in (
        voice,
        bridge,
        conference,
        transfer,
        machine,
        news,
        *api_routes,
        page,
        follow,
        assets,
        *review_pages,
        *settings_pages,
        *operations_pages,
        *sign_in_pages,
        health,
    ):
        app.include_router(part.router)
    app.router.routes[:0] = shared
    describe(app)
    load_first(context)
    return app


def load_first(context: WebContext) -> None:
    """Read the packaged law, policies and scripts now, so that a faulty file stops the start and not a call."""
    for locale in context.law.locales:
        load_scripts(locale)
    for policy in list_policies():
        load_bundle(policy)
