"""How far a partition may be committed while its records finish in any order."""


class Watermark:
    """Offsets begin in rising order and finish in any; only a finished prefix may be committed."""

    def __init__(self) -> None:
        self._finished: dict[int, bool] = {}
        self._last: int | None = None
        self.position: int | None = None
        """The offset to commit: one past the finished prefix. None before the first offset finished."""

    def begin(self, offset: int) -> None:
        """Take note of an offset that is being worked on; `ValueError` when it was `reached` already."""
        if self.reached(offset):
            raise ValueError(f"offset {offset} began after {self._last}")
        self._last = offset
        self._finished[offset] = False

    def reached(self, offset: int) -> bool:
        """This offset or a later one began already."""
        return self._last is not None and offset <= self._last

    def finish(self, offset: int) -> None:
        """Mark an offset as done; an offset that never began is ignored."""
        if offset not in self._finished:
            return
        self._finished[offset] = True
        while self._finished and self._finished[first := next(iter(self._finished))]:
            del self._finished[first]
            self.position = first + 1

    @property
    def span(self) -> int:
        """How many offsets began and cannot be committed yet: what is read again after a crash."""
        return len(self._finished)
