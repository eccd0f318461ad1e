"""Track up to which offset a partition can be committed while its records finish in any order."""


class Watermark:
    """Offsets begin in rising order and finish in any order; only a finished prefix can be committed."""

    def __init__(self) -> None:
        self._finished: dict[int, bool] = {}
        self._last: int | None = None
        self.position: int | None = None
        """The offset to commit: one past the finished prefix. None until the first offset has finished."""

    def begin(self, offset: int) -> None:
        """Begin an offset. Raises `ValueError` when it was `reached` already."""
        if self.reached(offset):
            raise ValueError(f"offset {offset} began after {self._last}")
        self._last = offset
        self._finished[offset] = False

    def reached(self, offset: int) -> bool:
        """Return whether this offset or a later one has begun."""
        return self._last is not None and offset <= self._last

    def finish(self, offset: int) -> None:
        """Mark an offset as finished; an offset that never began is ignored."""
        if offset not in self._finished:
            return
        self._finished[offset] = True
        while self._finished and self._finished[first := next(iter(self._finished))]:
            del self._finished[first]
            self.position = first + 1

    @property
    def span(self) -> int:
        """Number of offsets that have begun and cannot be committed yet: they are read again after a crash."""
        return len(self._finished)
