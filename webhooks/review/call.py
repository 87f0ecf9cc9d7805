"""One call: heard as it is redacted, read beside it, and with all that is known of why it may be kept."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from markupsafe import Markup, escape

from pipeline.model.errors import NotFound, NotPermitted, StoreError
from pipeline.model.ids import RecordingId
from pipeline.model.queue_item import EscalationGroup, moves_from
from pipeline.model.risk import SENTENCES
from pipeline.policies.clause_list import anchor_of
from pipeline.reads.call_export import export_call
from pipeline.reads.call_sheet import ReadBack, read_locks, read_sheet
from pipeline.reads.shown_call import ShownCall, ShownTurn, ShownWord, open_call
from pipeline.store.audit_trail import read_trail, targets_of
from webhooks.pages.render import Notice, show
from webhooks.pages.who import SignedIn
from webhooks.review.decision import OUTSIDE, why
from webhooks.review.queue_words import SAID
from webhooks.review.shared import Context, Reads, RecordingName, may_change
from webhooks.review.stretches import NO_STORE, give_sound
from webhooks.tenancy import WebContext

router = APIRouter(prefix="/review/recordings/{recording}", include_in_schema=False)


def _(message: str) -> str:
    """Mark a text for the catalogues; it is translated where it is written."""
    return message


@router.get("")
def read_call(
    request: Request,
    who: Reads,
    context: Context,
    recording: RecordingName,
    before: Annotated[int | None, Query()] = None,
) -> Response:
    """Show a call; where its words are shown to nobody, what is known of it beside them."""
    name = RecordingId(recording)
    with context.database.transaction(who.tenant) as tx:
        sheet = read_sheet(tx, name, keys=context.keys)
        trail, earlier = read_trail(tx, targets_of(tx, name), before=before)
    shown, refused = _shown(context, who, name)
    values: dict[str, Any] = {
        "title": _("Call"),
        "recording": recording,
        "sheet": sheet,
        "call": shown,
        "refused": refused,
        "player": _player(shown) if shown else "",
        "types": _counted(shown),
        "trail": trail,
        "earlier": earlier,
        "names": SAID,
        "sentences": SENTENCES,
        "spoken": spoken,
        "why": why,
        "anchor_of": anchor_of,
        "outside": OUTSIDE,
        "moves": moves_from(sheet.item.state) if sheet.item and may_change(who) else (),
        "groups": tuple(EscalationGroup),
        "notice": Notice(text=refused, kind="hint") if refused else None,
    }
    return show(request, who, "review/call.html", values)


@router.get("/peaks.json")
def draw(who: Reads, context: Context, recording: RecordingName) -> Response:
    """Give what the waveform of the redacted sound is drawn from: a list of levels for each channel, 0 to 1."""
    sound = context.sounds.open(who.tenant, RecordingId(recording), actor=who.actor)
    levels = [[round(level / 127, 3) for level in channel] for channel in sound.peaks]
    return JSONResponse({"peaks": levels}, headers=NO_STORE)


@router.get("/sound.wav")
def hear(request: Request, who: Reads, context: Context, recording: RecordingName) -> Response:
    """Give the redacted sound, or the stretch of it that a player asks for."""
    return give_sound(request, context.sounds.open(who.tenant, RecordingId(recording), actor=who.actor).body)


@router.get("/locks")
def ask_store(request: Request, who: Reads, context: Context, recording: RecordingName) -> Response:
    """Ask the store itself how each copy is protected, and show its answer."""
    problem, locks = "", tuple[ReadBack, ...]()
    try:
        with context.database.transaction(who.tenant) as tx:
            locks = read_locks(tx, context.objects, RecordingId(recording))
    except StoreError:
        problem = _("The store does not answer, so nothing is claimed of it.")
    values = {
        "title": _("As the store itself says"),
        "recording": recording,
        "locks": locks,
        "notice": Notice(text=problem) if problem else None,
    }
    return show(request, who, "review/locks.html", values)


@router.post("/export")
def take_away(who: Reads, context: Context, recording: RecordingName) -> Response:
    """Hand out what the policy lets leave, with a signed list of digests."""
    body = export_call(context.vault, who.tenant, RecordingId(recording), actor=who.actor)
    headers = {**NO_STORE, "Content-Disposition": f'attachment; filename="{recording}.zip"'}
    return Response(body, media_type="application/zip", headers=headers)


def _shown(context: WebContext, who: SignedIn, recording: RecordingId) -> tuple[ShownCall | None, str]:
    try:
        return open_call(context.vault, who.tenant, recording, actor=who.actor), ""
    except NotPermitted:
        return None, _(
            "Its words and sound are shown to nobody: it ended, is quarantined, or its redaction is not proved."
        )
    except NotFound:
        return None, _("Nothing was redacted of it, so there is nothing to read or hear.")


def _player(shown: ShownCall) -> str:
    """Write what the player draws: where something is hidden, on which channel, and of which type. No word is in it."""
    found = [
        {
            "key": f.key, "type": f.type, "channel": f.channel, "start": f.time.start_ms, "end": f.time.end_ms,
            "score": round(f.score, 2),
        }
        for f in shown.findings
    ]  # fmt: skip
    speakers = [shown.speaker_on(channel) for channel in range(shown.channels)]
    return json.dumps({"duration": shown.duration_ms, "speakers": speakers, "findings": found})


def spoken(turn: ShownTurn) -> Markup:
    """Write the words of a turn, each with its times: an hour has ten thousand, which a template writes slowly."""
    return Markup("".join(map(_word, turn.words)))  # noqa: S704  # numbers, and texts that are escaped


def _word(word: ShownWord) -> str:
    times = f'data-s="{word.start_ms}" data-e="{word.end_ms}"'
    if word.finding is None:
        return f'<span class="w" {times}>{escape(word.text)}</span> '
    return f'<span class="w gone" {times} data-key="{escape(word.finding)}">{escape(word.text)}</span> '


def _counted(shown: ShownCall | None) -> dict[str, int]:
    types = sorted(f.type for f in shown.findings) if shown else []
    return {name: types.count(name) for name in dict.fromkeys(types)}
