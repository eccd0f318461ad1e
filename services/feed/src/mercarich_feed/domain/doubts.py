"""What Amazon accepted and does not show: how long each look waits, and what acceptance leaves standing."""

from datetime import timedelta

_LONGEST_DOUBT = timedelta(minutes=10)
_IN_DOUBT = "accepted, but Amazon shows "


def doubt(shown: int | None) -> str:
    """The problem of a quantity that was accepted and is not shown; it stays until that is read back."""
    return f"{_IN_DOUBT}{'no quantity' if shown is None else shown}"


def doubts(attempts: int, problem: str | None) -> int:
    """How often it was looked up in vain; an attempt that was refused is counted apart from these."""
    return attempts if problem is not None and problem.startswith(_IN_DOUBT) else 0


def refusals(attempts: int, problem: str | None) -> int:
    """How often Amazon refused it since it last took it."""
    return 0 if doubts(attempts, problem) else attempts


def doubt_wait(doubts: int) -> timedelta:
    """The wait after the vain look number `doubts`, counted from 1: none, 2 s, 4, 8 … 10 min."""
    return min(timedelta(seconds=1 << min(doubts - 1, 10)), _LONGEST_DOUBT) if doubts > 1 else timedelta()


def after_acceptance(attempts: int, problem: str | None) -> tuple[int, str | None]:
    """The attempts and problem that stay: acceptance alone is no proof that it is shown."""
    return (attempts, problem) if doubts(attempts, problem) else (0, None)
