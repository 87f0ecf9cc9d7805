"""The addresses of every role of a database, by the one of the app's."""

from __future__ import annotations

from sqlalchemy import make_url

from pipeline.store.session import Addresses


def beside(app_url: str) -> Addresses:
    """Give the addresses of the roles that the migration makes beside the app's."""
    return Addresses(app=app_url, system=_as(app_url, "_system"), engine=_as(app_url, "_engine"))


def variables(app_url: str) -> dict[str, str]:
    """Give the environment of a process that uses this database."""
    at = beside(app_url)
    return {
        "EARMARK_DATABASE__URL": at.app,
        "EARMARK_DATABASE__SYSTEM_URL": at.system,
        "EARMARK_DATABASE__ENGINE_URL": at.engine,
    }


def _as(app_url: str, ending: str) -> str:
    url = make_url(app_url)
    return url.set(username=f"{url.username}{ending}").render_as_string(hide_password=False)
