from __future__ import annotations

from pipeline.steps.fail import fail


def test_what_failed_is_explained_and_worked_on_again_with_a_reason(house):
    recording = house.line.record()
    house.line.run(fail, recording, "VendorUnavailable")
    [one] = house.get("stuck?state=failed")["items"]
    assert (one["id"], one["is_retryable"], one["is_trouble"]) == (recording.id, True, True)
    assert house.get("stuck?state=absent")["items"] == []
    here = f"recordings/{recording.id}/retry"
    assert house.refused(here, {"reason": " "}) == 422
    assert house.do(here, {"reason": "canaryname: it is back"})["state"] == "completed"
    assert [named for named, _ in house.queue.retried] == [recording.id]
    assert house.refused(here, {"reason": "once more"}) == 409
    assert house.refused("stuck?state=published", method="GET") == 422
