"""Login with Amazon: signed access tokens and codes that hold seller and expiry, so that no token is stored."""

import base64
import binascii
import hmac
from urllib.parse import parse_qs

from mercarich_simulator.catalogue import AmazonSeller, Catalogue
from mercarich_simulator.identity import entropy

VALID_SECONDS = 3_600
CODE_SECONDS = 300
_PREFIX = "Atza|"
_NEEDED = {"refresh_token": ("refresh_token",), "authorization_code": ("code", "redirect_uri")}


class Refused(Exception):
    """LWA refuses the request: HTTP status, OAuth error code, description."""

    def __init__(self, status: int, code: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.code = code
        self.description = description


INVALID_CLIENT = Refused(401, "invalid_client", "Client authentication failed")
INVALID_GRANT = Refused(
    400,
    "invalid_grant",
    "The request has an invalid grant parameter : refresh_token. User may have revoked or didn't grant the permission.",
)


BAD_CODE = Refused(400, "invalid_grant", "The request has an invalid grant parameter : code")


class Tokens:
    """Issues and verifies the access tokens of one market."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._codes = 0
        self._spent: set[str] = set()
        self._by_refresh_token = {seller.refresh_token: seller for seller in catalogue.sellers}
        self._key = entropy(catalogue.settings.seed, "token key")

    def seller_asking(self, form: bytes, wall: float) -> AmazonSeller:
        """Return the seller for whom a form requests a token. Raise Refused with LWA's error."""
        fields = {name: values[0] for name, values in parse_qs(form.decode("utf-8", "replace")).items()}
        grant = fields.get("grant_type")
        needed = _NEEDED.get(grant or "")
        if needed is None:
            raise Refused(400, "unsupported_grant_type", f"The grant type {grant!r} is not supported")
        for name in (*needed, "client_id", "client_secret"):
            if not fields.get(name):
                raise Refused(400, "invalid_request", f"The request is missing a required parameter : {name}")
        credentials = (fields["client_id"], fields["client_secret"])
        if credentials != (self._catalogue.client_id, self._catalogue.client_secret):
            raise INVALID_CLIENT
        if grant == "authorization_code":
            return self._consented(fields["code"], fields["redirect_uri"], wall)
        seller = self._by_refresh_token.get(fields["refresh_token"])
        if seller is None:
            raise INVALID_GRANT
        return seller

    def code(self, seller: AmazonSeller, redirect_uri: str, ends: float) -> str:
        """Return the authorization code of a seller's consent. It is valid once, and only for `redirect_uri`."""
        self._codes += 1
        text = f"{seller.seller_id}:{ends:.3f}:{self._codes}"
        signature = self._sign(f"{text}:{redirect_uri}".encode()).decode()
        return "AN" + base64.urlsafe_b64encode(f"{text}:{signature}".encode()).decode().rstrip("=")

    def _consented(self, code: str, redirect_uri: str, wall: float) -> AmazonSeller:
        try:
            text = base64.urlsafe_b64decode(code[2:] + "=" * (-len(code[2:]) % 4)).decode()
            seller_id, ends, number, signature = text.split(":")
        except (ValueError, binascii.Error):
            raise BAD_CODE from None
        good = self._sign(f"{seller_id}:{ends}:{number}:{redirect_uri}".encode()).decode()
        if not hmac.compare_digest(signature.encode(), good.encode()) or float(ends) < wall or code in self._spent:
            raise BAD_CODE
        self._spent.add(code)
        return self._catalogue.seller_by_id[seller_id]

    def grant(self, seller: AmazonSeller, wall: float) -> str:
        text = f"{seller.seller_id}:{wall + VALID_SECONDS:.3f}".encode()
        return _PREFIX + base64.urlsafe_b64encode(text + b":" + self._sign(text)).decode()

    def seller(self, token: str, wall: float) -> AmazonSeller | None:
        """Return the seller of a token; None when it is forged, expired or of another market."""
        try:
            seller_id, ends, signature = base64.urlsafe_b64decode(token.removeprefix(_PREFIX)).split(b":")
        except (ValueError, binascii.Error):
            return None
        good = hmac.compare_digest(signature, self._sign(seller_id + b":" + ends))
        if not good or float(ends) < wall:
            return None
        return self._catalogue.seller_by_id.get(seller_id.decode())

    def _sign(self, text: bytes) -> bytes:
        return hmac.new(self._key, text, "sha256").hexdigest().encode()
