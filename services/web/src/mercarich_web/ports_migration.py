"""What a take-over of the original system's data needs from outside."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from mercarich_web.domain.seed import Known

Result = TypeVar("Result")


class Original(Protocol):
    """The original system's database; it is only read. Every method raises `DatabaseAway`."""

    def tables(self) -> tuple[Sequence[Known], Sequence[str]]:
        """Those that are taken over, and the names of the others."""

    def rows(self, table: Known) -> Iterator[Mapping[str, Any]]:
        """By our names of the columns, as a stream."""


class NewRows(Protocol):
    """Rows of a take-over, written but not there before all of them are."""

    def add_seller(self, user_id: int, row: Mapping[str, Any]) -> None: ...

    def add_listings(self, rows: Sequence[tuple[Mapping[str, Any], str, str | None]]) -> None:
        """Each with its source's id and the source's seller; sources that are not there yet are made."""

    def set(self, key: str, value: str, by: str, at: datetime) -> str | None:
        """A setting; why it is not taken over, if it is not."""

    def exclude_seller(self, user_id: int, marketplace: str, seller_id: str) -> None: ...

    def exclude_word(self, user_id: int, word: str) -> None: ...


class NewHome(Protocol):
    """Our database, where the original's rows go."""

    def filled(self, fill: Callable[[NewRows], Result]) -> Result:
        """Keep what `fill` writes, all of it when it returns or nothing when it raises; on a conflict it is called
        again. Raises `Refused` when there are sellers, and `DatabaseAway`."""

    def setting_problem(self, key: str, value: str) -> str | None:
        """Why `set` would not take it over, as far as can be told without writing."""
