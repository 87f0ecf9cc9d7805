"""What pages load: style sheet and scripts, each under an address with its digest, so that it may be kept for ever.

Our own lie in `static/`; those of others in `static/vendor/`, put there by `fetch_assets`. Without the latter every
page still works: forms are plain forms, and what only a script can do is not shown.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from pipeline.model.errors import NotFound

router = APIRouter(include_in_schema=False)
STATIC: Final = Path(__file__).parent / "static"
_MEDIA_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FOR_EVER: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file, in memory."""

    name: str
    body: bytes = field(repr=False)
    packed: bytes = field(repr=False)
    """The same, gzipped."""
    media_type: str
    integrity: str

    @property
    def url(self) -> str:
        """Where it is served."""
        return f"/static/{hashlib.sha256(self.body).hexdigest()[:16]}/{self.name}"


@cache
def load_assets(folder: Path = STATIC) -> Mapping[str, Asset]:
    """Read every asset by its name."""
    found = [*sorted(folder.glob("*.*")), *sorted(folder.glob("vendor/*.*"))]
    return {path.name: _asset(path) for path in found if path.suffix in _MEDIA_TYPES}


def import_map(assets: Mapping[str, Asset]) -> str:
    """Write the map from the names that modules import each other by to their addresses, with their digests."""
    scripts = {name.removesuffix(".js"): asset for name, asset in assets.items() if name.endswith(".js")}
    return json.dumps(
        {
            "imports": {name: asset.url for name, asset in scripts.items()},
            "integrity": {asset.url: asset.integrity for asset in scripts.values()},
        }
    )


@router.get("/static/{digest}/{name}")
def get_asset(digest: str, name: str, request: Request) -> Response:
    """Serve an asset.

    Raises:
        NotFound: there is none of that name with that digest.
    """
    asset = load_assets().get(name)
    if asset is None or asset.url != f"/static/{digest}/{name}":
        raise NotFound
    headers = {"Cache-Control": _FOR_EVER, "X-Content-Type-Options": "nosniff", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(asset.packed, media_type=asset.media_type, headers={**headers, "Content-Encoding": "gzip"})
    return Response(asset.body, media_type=asset.media_type, headers=headers)


def _asset(path: Path) -> Asset:
    body = path.read_bytes()
    return Asset(
        name=path.name,
        body=body,
        packed=gzip.compress(body, mtime=0),
        media_type=_MEDIA_TYPES[path.suffix],
        integrity="sha384-" + base64.b64encode(hashlib.sha384(body).digest()).decode(),
    )
