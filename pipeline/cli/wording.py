"""`earmark wording`: a tenant's own announcements, checked before they are ever spoken."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pipeline.cli.opened import open_desk, open_tenant
from pipeline.cli.output import as_json_option, show, show_facts, show_table
from pipeline.model.errors import InvalidInput, NotFound
from pipeline.model.ids import tenant_id

if TYPE_CHECKING:
    from pipeline.store.wordings import WordingVersion

_MOST_BYTES: Final = 100_000
_script = click.option("--script", required=True, help="What is said, such as announce or ask_record.")
_locale = click.option("--locale", required=True, help="In which language, such as en-US.")
_tenant = click.option("--tenant", required=True)


@click.group("wording")
def command() -> None:
    """A tenant's own announcements; versions are only added."""


@command.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@_script
@_locale
@as_json_option
def check(*, files: tuple[Path, ...], script: str, locale: str, as_json: bool) -> None:
    """Say whether wordings may be spoken; the first fault is named. Nothing is written."""
    from pipeline.consent.script import check_wording

    for file in files:
        text = _read(file)
        try:
            check_wording(script, locale, text)
        except InvalidInput as error:
            raise InvalidInput(f"{file.name}: {error}") from error
    if as_json:
        show([{"file": file.name, "script": script, "locale": locale, "valid": True} for file in files])
    else:
        for file in files:
            click.echo(f"{file.name}: may be spoken as {script} in {locale}")


@command.command("set")
@click.argument("file", type=click.Path(path_type=Path))
@_tenant
@_script
@_locale
@as_json_option
def set_wording(*, file: Path, tenant: str, script: str, locale: str, as_json: bool) -> None:
    """Speak a tenant's own words from now on, once they were checked."""
    from pipeline.decisions.wordings import set_wording as put
    from pipeline.store.tenants import get_tenant

    text = _read(file)
    with open_desk() as base, base.database.transaction(tenant_id(tenant)) as tx:
        owner = get_tenant(tx, keys=base.keys)
        added = put(tx, owner, script, locale, wording=text, actor="cli")
    _show_one(added, as_json=as_json)


@command.command("clear")
@_tenant
@_script
@_locale
@as_json_option
def clear(*, tenant: str, script: str, locale: str, as_json: bool) -> None:
    """Go back to the packaged words."""
    from pipeline.decisions.wordings import clear_wording

    with open_tenant(tenant) as (_, tx):
        added = clear_wording(tx, script, locale, actor="cli")
    _show_one(added, as_json=as_json)


@command.command("list")
@_tenant
@as_json_option
def list_all(*, tenant: str, as_json: bool) -> None:
    """List every version a tenant has had, the ones taken back too."""
    versions = _versions(tenant)
    newest = {(v.script, v.locale): v.version for v in versions}
    rows = [{**_facts(v), "is_in_force": _is_in_force(v, newest)} for v in versions]
    if as_json:
        show(rows)
        return
    columns = ("script", "locale", "version", "sha256", "by", "at", "in force")
    show_table(
        columns,
        [
            (v.script, v.locale, v.version, v.sha256 or "taken back", v.actor, v.at, _is_in_force(v, newest))
            for v in versions
        ],
    )


@command.command("show")
@_tenant
@_script
@_locale
@as_json_option
def show_wording(*, tenant: str, script: str, locale: str, as_json: bool) -> None:
    """Show the very words a tenant's callers hear: its own, or the packaged ones."""
    from pipeline.consent.script import render_script
    from pipeline.store.tenants import get_tenant

    with open_desk() as base, base.database.transaction(tenant_id(tenant)) as tx:
        owner = get_tenant(tx, keys=base.keys)
    own = owner.wordings.get(f"{script}:{locale}")
    rendered = render_script(script, locale, tenant_name=owner.display_name, wording=own)
    facts = {
        "script": rendered.id.value,
        "locale": rendered.locale,
        "is_own": rendered.is_own,
        "version": rendered.version,
        "spoken_sha256": rendered.sha256,
        "text": rendered.text,
    }
    show(facts) if as_json else show_facts(facts)


def _versions(tenant: str) -> tuple[WordingVersion, ...]:
    from pipeline.store.wordings import list_versions

    with open_tenant(tenant) as (_, tx):
        return list_versions(tx)


def _is_in_force(version: WordingVersion, newest: dict[tuple[str, str], int]) -> bool:
    return version.wording is not None and newest[version.script, version.locale] == version.version


def _show_one(version: WordingVersion, *, as_json: bool) -> None:
    facts = _facts(version)
    show(facts) if as_json else show_facts(facts)


def _facts(version: WordingVersion) -> dict[str, object]:
    return {
        "script": version.script,
        "locale": version.locale,
        "version": version.version,
        "sha256": version.sha256,
        "actor": version.actor,
        "at": version.at.isoformat(),
    }


def _read(file: Path) -> str:
    """Read a wording; what is no text, or far too long, is bad input."""
    if not file.is_file():
        raise NotFound(f"{file.name}: no such file")
    if file.stat().st_size > _MOST_BYTES:
        raise InvalidInput(f"{file.name}: larger than {_MOST_BYTES} bytes")
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{file.name}: cannot be read as text") from error
