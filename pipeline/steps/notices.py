"""What may have been said by the system inside a recording: every wording of the notice, in the languages it may be in.

A recogniser writes one language, so only wordings of that language can be found in what it wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from pipeline.consent.script import render_script
from pipeline.model.errors import InvalidInput
from pipeline.model.tenant import Tenant
from pipeline.policies.loader import Law
from pipeline.policies.scripts import ScriptId
from pipeline.store.session import Transaction
from pipeline.store.wordings import list_versions

INSIDE: Final = (ScriptId.INSIDE_NOTICE_EXPLICIT, ScriptId.INSIDE_NOTICE)
"""The scripts that say that the call is being recorded, spoken while it is."""


def notices_of(tx: Transaction, owner: Tenant, law: Law, *, language: str) -> tuple[str, ...]:
    """List the wordings of the notice in a language: ours, and every one that the tenant ever had.

    A call may have begun before a wording was changed, and the one who spoke it may have been a moment behind.
    """
    wanted = language.split("-")[0].lower()
    own: dict[tuple[str, str], list[str]] = {}
    for version in list_versions(tx):
        if version.wording is not None:
            own.setdefault((version.script, version.locale), []).append(version.wording)
    locales = [locale for locale in law.locales if locale.split("-")[0].lower() == wanted]
    found = [
        text
        for script in INSIDE
        for locale in locales
        for text in _texts(owner, script, locale, own.get((script.value, locale), ()))
    ]
    return tuple(dict.fromkeys(found))


def _texts(owner: Tenant, script: ScriptId, locale: str, own: Iterable[str]) -> Iterator[str]:
    for wording in (None, *own):
        try:
            yield render_script(script, locale, tenant_name=owner.display_name, wording=wording).text
        except InvalidInput:
            continue  # it was not spoken either: ours is, in its place
