from __future__ import annotations

from pipeline.model.entity import EntityType
from pipeline.model.span import TimeSpan
from pipeline.redaction.finding import Finding, Reason, explain


def test_what_is_wrong_is_told_once_with_its_kinds_and_without_places() -> None:
    place = TimeSpan(1000, 2000)
    findings = [
        Finding(reason=Reason.UNHIDDEN, channel=0, time=place, kind=EntityType.PERSON),
        Finding(reason=Reason.STILL_HEARD, channel=1, time=place, kind=EntityType.PIN),
        Finding(reason=Reason.STILL_HEARD, channel=0, time=place, kind=EntityType.PERSON),
        Finding(reason=Reason.STILL_HEARD, channel=1, time=place, kind=EntityType.PERSON),
        Finding(reason=Reason.LOW_SPEECH_COVERAGE, channel=1),
    ]

    assert explain(findings) == "LOW_SPEECH_COVERAGE,STILL_HEARD(PERSON+PIN),UNHIDDEN(PERSON)"
    assert explain([]) == ""
