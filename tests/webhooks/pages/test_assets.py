from __future__ import annotations

import base64
import gzip
import hashlib
import json

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from webhooks import problems
from webhooks.pages import assets
from webhooks.pages.assets import import_map, load_assets


@pytest.fixture
def client():
    app = FastAPI()
    problems.install(app)
    app.include_router(assets.router)
    return TestClient(app)


def test_every_asset_is_served_whole_under_an_address_of_its_digest_and_may_be_kept(client):
    for asset in load_assets().values():
        answer = client.get(asset.url)
        assert answer.content == asset.body
        assert hashlib.sha256(asset.body).hexdigest().startswith(asset.url.split("/")[2])
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-type"].startswith(asset.media_type)
        assert answer.headers["content-encoding"] == "gzip"


def test_whoever_takes_no_gzip_is_given_none(client):
    asset = load_assets()["app.css"]
    answer = client.get(asset.url, headers={"Accept-Encoding": "identity"})
    assert (answer.content, "content-encoding" in answer.headers) == (asset.body, False)
    assert gzip.decompress(asset.packed) == asset.body


def test_another_digest_or_name_is_nothing(client):
    url = load_assets()["app.css"].url
    for path in (url.replace("app.css", "app.js"), "/static/0123456789abcdef/app.css", f"{url}x"):
        assert client.get(path).status_code == 404


def test_the_import_map_names_every_script_with_its_digest():
    found = load_assets()
    written = json.loads(import_map(found))
    scripts = {name for name in found if name.endswith(".js")}
    assert {f"{name}.js" for name in written["imports"]} == scripts
    for name, url in written["imports"].items():
        wanted = base64.b64encode(hashlib.sha384(found[f"{name}.js"].body).digest()).decode()
        assert written["integrity"][url] == f"sha384-{wanted}"


def test_without_the_scripts_of_others_our_own_are_still_there(tmp_path):
    (tmp_path / "app.css").write_text("body{}")
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor" / "x.LICENSE").write_text("text")
    assert set(load_assets(tmp_path)) == {"app.css"}
