"""From the digest in a receipt back to the words that were spoken.

A receipt keeps no words. An announcement is a publication of the tenant (or ours), so whoever has the texts can render
them again and see which one has the digest; where none has, nothing is claimed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Final

from pipeline.consent.script import render_script
from pipeline.model.consent import ScriptRef
from pipeline.model.errors import InvalidInput, NotFound

_MOST_TRIES: Final = 200

type OwnWordings = Mapping[str, Sequence[tuple[str, str]]]
"""A tenant's wordings by `script:locale`: (version, text), in any order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """Words that have the digest. `version` names each locale's, joined as the locales are."""

    version: str
    text: str


def find_spoken(ref: ScriptRef, *, tenant_name: str, own: OwnWordings | None = None) -> Spoken | None:
    """Find the words of a digest among our scripts and a tenant's own; None where none has it.

    Args:
        ref: id, locale (several joined by `+`, spoken in that order) and digest.
        tenant_name: how the tenant is called in speech.
        own: the tenant's wordings, those of earlier versions too.
    """
    choices = [list(_choices(ref.id, locale, tenant_name, own or {})) for locale in ref.locale.split("+")]
    for chosen in islice(product(*choices), _MOST_TRIES):
        text = "\n".join(spoken.text for spoken in chosen)
        if hashlib.sha256(text.encode()).hexdigest() == ref.sha256:
            return Spoken(version="+".join(spoken.version for spoken in chosen), text=text)
    return None


def _choices(script: str, locale: str, tenant_name: str, own: OwnWordings) -> Iterator[Spoken]:
    for version, wording in (("", None), *own.get(f"{script}:{locale}", ())):
        try:
            rendered = render_script(script, locale, tenant_name=tenant_name, wording=wording)
        except (InvalidInput, NotFound):
            continue
        yield Spoken(version=rendered.version if wording is None else f"own:{version}", text=rendered.text)
