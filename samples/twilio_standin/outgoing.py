"""A leg that `POST /Calls` asked for, until somebody picks up: it rings, and a machine may be told from a person.

With `AsyncAmd` the document is fetched at once and the verdict is posted a little later; `DetectMessageEnd` waits for
the machine's tone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from samples.scenario import Callee
from samples.twilio_standin.callbacks import Callback
from samples.twilio_standin.leg import Leg
from samples.twilio_standin.recorder import DEFAULT_TRIM, RecorderSettings

_NOT_ANSWERED: Final = ("no_answer", "busy")
_VERDICTS: Final = {"answer": "human", "voicemail": "machine_start", "fax": "fax", "unknown": "unknown"}


def pick_up(leg: Leg, params: Mapping[str, str]) -> bool:
    """Ring; say whether somebody, or something, picked up."""
    callee = leg.scenario.person_at(leg.entry.to) or leg.scenario.callee or Callee()
    for event in ("initiated", "ringing"):
        tell(leg, params, event)
    leg.live.advance(min(callee.rings_s, float(params.get("Timeout") or 60)))
    if callee.pickup in _NOT_ANSWERED:
        leg.entry.status = callee.pickup.replace("_", "-")
        tell(leg, params, "completed")
        return False
    _detect(leg, params, callee)
    leg.entry.status = "in-progress"
    tell(leg, params, "answered")
    if params.get("Record", "").lower() == "true":
        _record(leg, params)
    return True


def tell(leg: Leg, params: Mapping[str, str], event: str) -> None:
    """Post how the leg goes, where the request asked to be told."""
    if event != "completed":
        leg.entry.status = {"answered": "in-progress"}.get(event, event)
    wanted = params.get("StatusCallbackEvent", "completed").split()
    if params.get("StatusCallback") and event in wanted:
        facts = {"CallbackSource": "call-progress-events", "SequenceNumber": "0"}
        if event == "completed":
            facts |= {"CallDuration": str(round(leg.live.now_s)), "Duration": str(-(-round(leg.live.now_s) // 60))}
        leg.outbox.add(Callback(event=f"call.{event}", url=params["StatusCallback"], params=leg.params(facts)))
    leg.outbox.drain()


def _detect(leg: Leg, params: Mapping[str, str], callee: Callee) -> None:
    if not params.get("MachineDetection"):
        return
    verdict = _VERDICTS.get(callee.pickup, "human")
    if verdict == "machine_start" and params["MachineDetection"] == "DetectMessageEnd":
        verdict = "machine_end_beep"
    if params.get("AsyncAmd", "").lower() != "true":
        leg.live.advance(callee.detected_after_s)
        leg.entry.answered_by = verdict
        return
    if params.get("AsyncAmdStatusCallback"):
        facts = {"AnsweredBy": verdict, "MachineDetectionDuration": str(round(callee.detected_after_s * 1000))}
        known = {"AccountSid": leg.entry.account_sid, "CallSid": leg.entry.sid}
        callback = Callback(
            event="call.amd",
            url=params["AsyncAmdStatusCallback"],
            params=known | facts,
            method=params.get("AsyncAmdStatusCallbackMethod", "POST"),
        )
        leg.due.append((leg.live.now_s + callee.detected_after_s, callback))


def _record(leg: Leg, params: Mapping[str, str]) -> None:
    leg.live.start_recorder(
        RecorderSettings(
            source="OutboundAPI",
            channels=2 if params.get("RecordingChannels") == "dual" else 1,
            trim=params.get("Trim") or DEFAULT_TRIM["OutboundAPI"],
            callback=params.get("RecordingStatusCallback"),
        )
    )
