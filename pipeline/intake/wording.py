"""The lines of one prompt in every language it is spoken in, and the one reference a receipt keeps of them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.consent.script import RenderedScript, render_script
from pipeline.intake.call_state import CallState
from pipeline.model.consent import ScriptRef
from pipeline.model.errors import InvalidInput
from pipeline.model.tenant import Tenant
from pipeline.policies.scripts import ScriptId
from pipeline.telemetry import log

_MARK_CHARS: Final = 16
_SENTENCE_END: Final = re.compile(r"(?<=[.!?…])\s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Something to be said in one language."""

    text: str
    locale: str
    is_slow: bool = False


def lines_of(script: ScriptId, locales: Sequence[str], owner: Tenant) -> tuple[Line, ...]:
    """Write a script in each language, in the tenant's own words where it has some that may be spoken."""
    return tuple(
        Line(text=rendered.text, locale=rendered.locale, is_slow=rendered.pace == "slow")
        for rendered in _rendered(script, locales, owner)
    )


def disclosure(locales: Sequence[str], owner: Tenant) -> tuple[Line, ...]:
    """Say that an AI speaks, and nothing of recording: the first sentence of our own announcement says just that.

    A tenant's first sentence may say more, which would not be true of a call that is not recorded.
    """
    rendered = (render_script(ScriptId.ANNOUNCE, locale, tenant_name=owner.display_name) for locale in locales)
    return tuple(Line(text=_SENTENCE_END.split(r.text, maxsplit=1)[0], locale=r.locale) for r in rendered)


def script_ref(script: ScriptId, state: CallState) -> ScriptRef:
    """Refer to the very words that were played; of several languages together, in the order played."""
    rendered = _rendered(script, state.locales, state.owner)
    if len(rendered) == 1:
        return rendered[0].ref
    spoken = "\n".join(r.text for r in rendered)
    return ScriptRef(
        id=script.value,
        locale="+".join(r.locale for r in rendered),
        sha256=hashlib.sha256(spoken.encode()).hexdigest(),
    )


def mark_of(lines: Sequence[Line]) -> str:
    """Give a short digest of what is about to be played, which comes back with the answer."""
    return hashlib.sha256("\n".join(line.text for line in lines).encode()).hexdigest()[:_MARK_CHARS]


def is_as_played(script: ScriptId, state: CallState, mark: str) -> bool:
    """Say whether a script, as it would be written now, is what was played; an answer to other words is none to it.

    Words change between a question and its answer when the tenant or a new release changes them.
    """
    return script_ref(script, state).sha256[:_MARK_CHARS] == mark


def _rendered(script: ScriptId, locales: Sequence[str], owner: Tenant) -> tuple[RenderedScript, ...]:
    return tuple(_render(script, locale, owner) for locale in locales)


def _render(script: ScriptId, locale: str, owner: Tenant) -> RenderedScript:
    """Write a script in one language. Own words that no longer pass the check are not spoken; ours are."""
    own = owner.wordings.get(f"{script}:{locale}")
    if own is not None:
        try:
            return render_script(script, locale, tenant_name=owner.display_name, wording=own)
        except InvalidInput:
            log().warning("wording.refused", tenant=owner.id, kind=script.value)
    return render_script(script, locale, tenant_name=owner.display_name)
