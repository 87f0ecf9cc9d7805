"""A tenant's own announcements. Versions are only added; the newest of a script and locale is in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select

from pipeline.store.numbers import bump_version
from pipeline.store.session import Transaction
from pipeline.store.tables_telephony import wordings


@dataclass(frozen=True, slots=True, kw_only=True)
class WordingVersion:
    """One version of a tenant's wording; `wording` and `sha256` are None where it takes the one before back."""

    script: str
    locale: str
    version: int
    wording: str | None
    sha256: str | None
    actor: str
    at: datetime


def add_wording(
    tx: Transaction, script: str, locale: str, *, wording: str | None, sha256: str | None, actor: str
) -> WordingVersion:
    """Add the next version; None takes the one in force back.

    Others who change the tenant wait until the transaction ends, so that no version is given twice.
    """
    bump_version(tx)
    before = newest_wording(tx, script, locale)
    added = WordingVersion(
        script=script,
        locale=locale,
        version=before.version + 1 if before else 1,
        wording=wording,
        sha256=sha256,
        actor=actor,
        at=tx.now,
    )
    tx.connection.execute(
        insert(wordings).values(
            tenant=tx.tenant,
            script_id=script,
            locale=locale,
            version=added.version,
            wording=wording,
            sha256=sha256,
            actor=actor,
            at=tx.now,
        )
    )
    return added


def newest_wording(tx: Transaction, script: str, locale: str) -> WordingVersion | None:
    """Read the newest version for a script and locale, one that takes back too; None where there never was one."""
    return next(reversed(list_versions(tx, script, locale)), None)


def list_versions(tx: Transaction, script: str | None = None, locale: str | None = None) -> tuple[WordingVersion, ...]:
    """List versions by script, locale and version, all or those of one script or locale."""
    query = select(wordings).where(wordings.c.tenant == tx.tenant)
    query = query if script is None else query.where(wordings.c.script_id == script)
    query = query if locale is None else query.where(wordings.c.locale == locale)
    ordered = query.order_by(wordings.c.script_id, wordings.c.locale, wordings.c.version)
    return tuple(_version(row) for row in tx.connection.execute(ordered))


def list_wordings(tx: Transaction) -> dict[str, str]:
    """Give the wordings in force by `script:locale`; a newest version without words has been taken back."""
    rows = tx.connection.execute(
        select(wordings.c.script_id, wordings.c.locale, wordings.c.wording)
        .where(wordings.c.tenant == tx.tenant)
        .order_by(wordings.c.version)
    )
    newest = {f"{row.script_id}:{row.locale}": row.wording for row in rows}
    return {name: wording for name, wording in newest.items() if wording is not None}


def list_texts(tx: Transaction) -> dict[str, list[tuple[str, str]]]:
    """Give every version's number and words by `script:locale`, newest first, those out of force too."""
    texts: dict[str, list[tuple[str, str]]] = {}
    for version in reversed(list_versions(tx)):
        if version.wording is not None:
            texts.setdefault(f"{version.script}:{version.locale}", []).append((str(version.version), version.wording))
    return texts


def _version(row: Row[Any]) -> WordingVersion:
    return WordingVersion(
        script=row.script_id,
        locale=row.locale,
        version=row.version,
        wording=row.wording,
        sha256=row.sha256,
        actor=row.actor,
        at=row.at,
    )
