"""The static files: style, script, icons, font; the name of each contains its hash."""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

FOLDER = Path(__file__).parent.parent / "assets"
STYLE = (
    "tokens",
    "base",
    "frame",
    "controls",
    "tables",
    "parts",
    "account",
    "pages",
    "deciding",
    "orders",
    "operating",
    "print",
)
"""Parts of app.css, in order."""
A_YEAR = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    data: bytes
    packed: bytes
    content_type: str


class Assets:
    """Read the files once. Return a name's address, and serve the bytes there."""

    def __init__(self) -> None:
        self._addresses: dict[str, str] = {}
        self._assets: dict[str, Asset] = {}
        vendor = FOLDER / "vendor"
        for file in (
            vendor / "htmx.js",
            vendor / "icons.svg",
            vendor / "inter.woff2",
            FOLDER / "app.js",
            FOLDER / "icon.svg",
        ):
            self._add(file.name, file.read_bytes())
        for file in sorted((FOLDER / "pages").glob("*.js")):
            self._add(file.name, file.read_bytes())
        style = "\n".join((FOLDER / "css" / f"{part}.css").read_text(encoding="utf-8") for part in STYLE)
        self._add("app.css", style.replace("url(inter.woff2)", f"url({self.url('inter.woff2')})").encode())

    def text(self, name: str) -> str:
        """Return a script that has an address of its own, without a hash."""
        return (FOLDER / name).read_text(encoding="utf-8")

    def url(self, name: str) -> str:
        return f"/assets/{self._addresses[name]}"

    def routes(self) -> APIRouter:
        routes = APIRouter(prefix="/assets")

        @routes.get("/{name}")
        async def asset(name: str, request: Request) -> Response:
            found = self._assets.get(name)
            if found is None:
                raise HTTPException(404)
            headers = {"Cache-Control": A_YEAR, "Vary": "Accept-Encoding"}
            if found.packed and "gzip" in request.headers.get("accept-encoding", ""):
                return Response(
                    found.packed, headers=headers | {"Content-Encoding": "gzip"}, media_type=found.content_type
                )
            return Response(found.data, headers=headers, media_type=found.content_type)

        return routes

    def known(self) -> Mapping[str, str]:
        return dict(self._addresses)

    def _add(self, name: str, data: bytes) -> None:
        stem, _, ending = name.rpartition(".")
        address = f"{stem}.{hashlib.sha256(data).hexdigest()[:12]}.{ending}"
        content_type = "font/woff2" if ending == "woff2" else mimetypes.guess_type(name)[0] or "text/plain"
        packed = b"" if ending == "woff2" else gzip.compress(data, 9, mtime=0)
        self._addresses[name] = address
        self._assets[address] = Asset(data, packed, content_type)
