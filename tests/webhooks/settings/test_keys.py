from __future__ import annotations

from tests.webhooks.settings.conftest import find

KEY = r"(earmark_live_[0-9a-z_]+)"


def make(admin, **fields) -> str:
    made = admin.post("/settings/keys", {"label": "crm", "scope": "recordings:read", "days": "30"} | fields)
    assert made.status_code == 200
    return find(KEY, made)


def opens(stage, key: str) -> int:
    return stage.client.get("/api/v1/recordings", headers={"Authorization": f"Bearer {key}"}).status_code


def test_a_key_is_shown_once_opens_what_it_may_and_can_be_rotated_and_revoked(admin, stage):
    key = make(admin)
    assert opens(stage, key) == 200
    page = admin.get("/settings/keys")
    assert key.rpartition("_")[2] not in page.text
    id = find(r"/settings/keys/(key_\w+)/rotate", page)
    new = find(KEY, admin.post(f"/settings/keys/{id}/rotate", {"hours": "24"}))
    assert (opens(stage, key), opens(stage, new)) == (200, 200)
    assert admin.post(f"/settings/keys/{id}/revoke").status_code == 303
    assert (opens(stage, key), opens(stage, new)) == (401, 200)


def test_what_is_no_key_is_refused_on_the_page(admin):
    for fields in ({"scope": ""}, {"label": "Ada Lovelace"}, {"days": "9999"}):
        assert admin.post("/settings/keys", {"label": "crm", "scope": "calls:read"} | fields).status_code == 422


def test_only_an_administrator_makes_keys_and_a_stranger_finds_none(admin, editor, stranger):
    assert editor.post("/settings/keys", {"label": "crm", "scope": "calls:read"}).status_code == 403
    make(admin)
    id = find(r"/settings/keys/(key_\w+)/rotate", admin.get("/settings/keys"))
    assert id not in stranger.get("/settings/keys").text
    for name in (id, "key_never"):
        assert stranger.post(f"/settings/keys/{name}/revoke").status_code == 404
