"""Source sellers and words that one seller, or all sellers, exclude: list, add, remove."""

from dataclasses import dataclass

from mercarich_contracts.market import Marketplace
from mercarich_web.refusals import NotFound, Refused
from mercarich_web.replacements.exclusions import (
    BadExclusion,
    Exclusion,
    ExclusionChange,
    ExclusionList,
    ExclusionPage,
    exclusion_of,
)
from mercarich_web.replacements.sql.exclusions import SqlExclusions

SHOWN = 50
"""Exclusions on one page."""


@dataclass(frozen=True, slots=True)
class ExclusionDesk:
    """Exclusions. `username` None stands for all sellers. Searches and replacements follow within seconds."""

    book: SqlExclusions

    def list(self, username: str | None) -> ExclusionList:
        """Return the exclusions that apply to this seller, or all there are. Raises `NotFound`."""
        return ExclusionList(self.book.of(None if username is None else self._user(username)))

    def page(self, username: str, words: str, after: Exclusion | None) -> ExclusionPage:
        """Return a page of the exclusions that apply to this seller. Raises `NotFound`."""
        found = self.book.page(self._user(username), words.strip(), after, SHOWN + 1)
        return ExclusionPage(found[:SHOWN], found[SHOWN - 1] if len(found) > SHOWN else None)

    def add(self, username: str | None, marketplace: Marketplace | None, value: str) -> ExclusionChange:
        """Exclude a source seller of this marketplace, or a word when it is None. Raises `NotFound` and `Refused`."""
        exclusion, user_id = self._read(username, marketplace, value)
        return ExclusionChange(exclusion, self.book.add(user_id, exclusion))

    def remove(self, username: str | None, marketplace: Marketplace | None, value: str) -> ExclusionChange:
        """Remove an exclusion. Raises `NotFound`, also when there is no such exclusion, and `Refused`."""
        exclusion, user_id = self._read(username, marketplace, value)
        if not self.book.remove(user_id, exclusion):
            raise NotFound(f"{value!r} is not excluded for {username or 'all sellers'}")
        return ExclusionChange(exclusion, True)

    def _read(self, username: str | None, marketplace: Marketplace | None, value: str) -> tuple[Exclusion, int | None]:
        try:
            exclusion = exclusion_of(username, marketplace, value)
        except BadExclusion as error:
            raise Refused(error.reason) from error
        return exclusion, None if username is None else self._user(username)

    def _user(self, username: str) -> int:
        user_id = self.book.user(username)
        if user_id is None:
            raise NotFound(f"there is no seller {username!r}")
        return user_id
