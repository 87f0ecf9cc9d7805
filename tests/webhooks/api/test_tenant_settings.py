from __future__ import annotations


def test_settings_and_what_they_do_are_told_and_no_secret_with_them(empty):
    shown = empty.get("settings")
    assert (shown["tenant"], shown["settings"]["is_recording_on"], "agent_url" in shown["secrets_set"]) == (
        "acme", True, True,
    )  # fmt: skip
    now = empty.get("settings/effective")
    assert (now["numbers"][0]["happens"], now["periods"][0]["clause"]["document"]) == (True, "nejix")
    assert empty.get("settings/findings")["items"]
    assert not any(secret in f"{shown}{now}" for secret in ("wss://", "+13035550100"))
    assert empty.get("users") == {"items": [], "next": None}
