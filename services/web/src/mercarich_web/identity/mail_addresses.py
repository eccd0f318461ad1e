"""Which texts are taken as mail addresses."""

import re

from mercarich_reasons.accounts import NoMailAddress
from mercarich_web.refusals import Refused

LONGEST = 254
"""Characters: of RFC 5321's path, without its brackets."""
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?!-)[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@(?:{_LABEL}\.)+(?![0-9]+$){_LABEL}", re.ASCII)
"""What a browser takes in a field of type `email`, without names of one label, and of ASCII alone. Dots may stand
anywhere before the @: older addresses of Japanese phones have two in a row, or one before the @."""


def is_mail_address(text: str) -> bool:
    """Return whether this is one address and nothing besides: no name, no second one, nothing that a header decodes."""
    return len(text) <= LONGEST and _ADDRESS.fullmatch(text) is not None and "=?" not in text


def mail_address(text: str) -> str:
    """Return the address that was entered, without the blanks around it. Raises `Refused`."""
    address = text.strip()
    if not is_mail_address(address):
        raise Refused(NoMailAddress())
    return address


def same_mailbox(address: str) -> str:
    """Return what two spellings of an address have in common, so that they count as one."""
    return address.lower()
