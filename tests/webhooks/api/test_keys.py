from __future__ import annotations


def test_a_key_renews_itself_and_no_other_and_revoking_ends_it(empty):
    other = empty.with_key()
    assert empty.refused(f"keys/{other.name}/rotate") == 403
    made = empty.do(f"keys/{empty.name}/rotate", {"overlap_hours": 1})
    listed = empty.get("keys")["items"]
    assert {one["id"] for one in listed} == {empty.name, other.name, made["id"]}
    assert "secret" not in str(listed)
    assert made["text"] not in str(listed)
    empty.text = made["text"]
    empty.do(f"keys/{other.name}/revoke")
    assert other.ask("GET", "keys").status_code == 401
    assert empty.refused(f"keys/{other.name}/revoke") == 409
    assert empty.refused(f"keys/{made['id']}/rotate", {"overlap_hours": 10_000}) == 422


def test_no_key_makes_another(empty):
    assert empty.ask("POST", "keys", {"label": "more", "scopes": ["audit:read"]}).status_code == 405
