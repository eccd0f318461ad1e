"""Addresses of items' pages in the forms that people copy: from a browser, an app's share sheet, an old spreadsheet.

A form is an address with `{id}` in it. It may also have `*.` before its host, for the host with any subdomain or none;
`{language}`, such as `en` or `zh-TW`; and `{page}`, one step of the path. An id in the query may stand among other
parameters.
"""

import re
import unicodedata
from functools import lru_cache

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
"""What a copied text has in it unseen: zero-width spaces, marks of direction, a byte order mark."""
_WRAPPED = " \t\r\n<>\"'「」『』()[]"
_PARTS = {"{language}": "[a-z]{2}(?:-[A-Za-z]{2,4})?", "{page}": "[0-9A-Za-z_-]+"}
_SCHEME = "(?i:https?://)"
LONGEST = 2_000
"""Characters of a text in which addresses are looked for."""


def bare(text: str) -> str:
    """Return what was meant: full-width letters as ASCII, without what is not seen and what stands around it."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text[:LONGEST])).strip(_WRAPPED)


@lru_cache(maxsize=64)
def whole(form: str, ids: str) -> re.Pattern[str]:
    """Return what matches a whole address of this form, with or without `https://`, and whatever is behind the page:
    a slash, parameters, a mark. Its group is the id."""
    behind = "(?:[&#].*)?" if "?" in form else "/?(?:[?#].*)?"
    return re.compile(f"{_SCHEME}?{_pattern(form, ids)}{behind}", re.DOTALL)


@lru_cache(maxsize=64)
def within(form: str, ids: str) -> re.Pattern[str]:
    """Return what finds addresses of this form within a text; there they begin with `https://` or `http://`."""
    return re.compile(f"{_SCHEME}{_pattern(form, ids)}(?![0-9A-Za-z_-])")


def _pattern(form: str, ids: str) -> str:
    host, _, path = form.partition("://")[2].partition("/")
    wide = host.startswith("*.")
    subdomains = "(?:[0-9a-z-]+\\.)*" if wide else ""
    path, _, query = path.partition("?")
    steps = "/".join(_PARTS.get(step, re.escape(step)) for step in path.split("/"))
    if query:
        steps += f"\\?(?:[^#\\s]*&)?{re.escape(query)}"
    steps = steps.replace(re.escape("{id}"), f"({ids})")
    return f"(?i:{subdomains}{re.escape(host.removeprefix('*.'))})/{steps}"
