"""The key by which push services know this system (VAPID)."""

from mercarich_platform.sealing import BadKey, decoded_key, refuse_published
from mercarich_platform.settings import BadConfiguration
from mercarich_web.notices.browsers.web_push import Signer

NAME = "PAGES_PUSH_KEY"


def signer_of(key: str, database_password: str | None, contact: str = "") -> Signer | None:
    """Return what signs with this key, 32 bytes in base64; None without a key. Raises `BadConfiguration`."""
    if not key:
        return None
    try:
        plain = decoded_key(key, NAME)
        refuse_published(plain, NAME, database_password)
        return Signer(plain, contact)
    except BadKey as error:
        raise BadConfiguration(str(error)) from None
    except ValueError:
        raise BadConfiguration(f"{NAME}: these 32 bytes are no key of P-256; make another one") from None


def contact_of(public_url: str, mail_from: str) -> str:
    """Return where the operators of push services reach ours: the pages' address, else the sender's of mails."""
    if public_url.startswith("https://"):
        return public_url
    return f"mailto:{mail_from}" if mail_from else ""
