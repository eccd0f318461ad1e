"""Feed documents and the signed addresses under /s3/ for their upload and download."""

import hmac
from dataclasses import dataclass

from mercarich_simulator.identity import entropy

ADDRESS_SECONDS = 300
KEPT = 500
"""Most documents kept; the oldest are dropped first."""


@dataclass(slots=True)
class Document:
    """One document; `body` is None until it is uploaded."""

    document_id: str
    seller_id: str
    content_type: str
    body: bytes | None = None
    gzip: bool = False


class Documents:
    """All documents of one simulator, with addresses that are valid for five minutes."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.kept: dict[str, Document] = {}
        self.last_number = 0

    def new(self, seller_id: str, content_type: str, body: bytes | None = None, gzip: bool = False) -> Document:
        self.last_number += 1
        noise = entropy(self._seed, "document", self.last_number).hex()
        name = f"amzn1.tortuga.4.fe.{noise[:8]}-{noise[8:12]}-{noise[12:16]}-{noise[16:20]}-{noise[20:32]}.T1"
        self.kept[name] = Document(name, seller_id, content_type, body, gzip)
        while len(self.kept) > KEPT:
            del self.kept[next(iter(self.kept))]
        return self.kept[name]

    def address(self, base: str, document: Document, use: str, wall: float) -> str:
        """Return a full address that is valid for `use` (put or get) for five minutes."""
        ends = int(wall + ADDRESS_SECONDS)
        signature = self._signature(document.document_id, use, ends)
        return f"{base}/s3/{document.document_id}?X-Amz-Expires={ends}&X-Amz-Signature={signature}"

    def opened(self, document_id: str, use: str, query: dict[str, str], wall: float) -> Document | None:
        """Return the document of an address; None when the address is wrong or expired."""
        ends = query.get("X-Amz-Expires", "")
        if not ends.isdecimal() or int(ends) < wall:
            return None
        if not hmac.compare_digest(self._signature(document_id, use, int(ends)), query.get("X-Amz-Signature", "")):
            return None
        return self.kept.get(document_id)

    def _signature(self, document_id: str, use: str, ends: int) -> str:
        return entropy(self._seed, "address", document_id, use, ends).hex()
