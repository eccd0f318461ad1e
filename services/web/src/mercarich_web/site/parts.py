"""The smallest parts of pages. They are Python instead of macros for speed: a page has two hundred of them."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

from markupsafe import Markup, escape

from mercarich_web.site import formats
from mercarich_web.site.plain import plain

NONE = Markup('<span class="dim">–</span>')
KEPT = 4_096


class Parts:
    """The parts in one language. Values from templates are escaped here, unless they are markup."""

    def __init__(self, language: str, address: Callable[[str], str]) -> None:
        self._language = language
        self._icons = escape(address("icons.svg"))
        # typed: a text and the same text as markup are not the same
        self.icon = lru_cache(KEPT, typed=True)(self._icon)
        self.badge = lru_cache(KEPT, typed=True)(self._badge)

    def ago(self, at: datetime | None, now: datetime) -> Markup:
        """A relative time; its tooltip shows the exact one."""
        return NONE if at is None else _time(at, formats.ago(at, now, self._language))

    def moment(self, at: datetime | None) -> Markup:
        return NONE if at is None else _time(at, formats.moment(at, self._language))

    def _icon(self, name: str, label: str | None = None) -> Markup:
        role = Markup('role="img" aria-label="{}"').format(plain(label)) if label else Markup('aria-hidden="true"')
        return Markup('<svg class="icon" {}><use href="{}#{}"></use></svg>').format(role, self._icons, name)

    def _badge(self, text: object, tone: str = "", busy: bool = False) -> Markup:
        """`tone`: good, warn, bad, info or empty."""
        return Markup('<span class="badge {}{}">{}</span>').format(tone, " busy" if busy else "", plain(text))


def _time(at: datetime, told: str) -> Markup:
    """None of the text comes from outside, so that it needs no escaping."""
    return Markup(f'<time datetime="{formats.iso(at)}" title="{formats.exact(at)}">{told}</time>')
