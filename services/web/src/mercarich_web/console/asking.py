"""A question on the environment's database, its answer shown, and each way that it can fail as an exit code."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, TypeVar

from mercarich_platform.exit_codes import DONE, FAILED, USAGE
from mercarich_platform.front import TryAgain
from mercarich_platform.outages import DatabaseAway
from mercarich_platform.settings import BadConfiguration, SharedSettings, load
from mercarich_web.console.output import Page, show
from mercarich_web.refusals import Ambiguous, NotFound, Refused

if TYPE_CHECKING:
    from mercarich_web.questions import Questions

Answer = TypeVar("Answer")
Asked = TypeVar("Asked")


def answer(ask: "Callable[[Questions], Answer]", page: Page[Answer], *, as_json: bool) -> int:
    return answer_of(questions, ask, page, as_json=as_json)


def answer_of(
    opened: Callable[[], AbstractContextManager[Asked]],
    ask: Callable[[Asked], Answer],
    page: Page[Answer],
    *,
    as_json: bool,
) -> int:
    def asked_and_shown(asked: Asked) -> int:
        show(ask(asked), page, as_json=as_json)
        return DONE

    return carry_out(opened, asked_and_shown)


def carry_out(opened: Callable[[], AbstractContextManager[Asked]], do: Callable[[Asked], int]) -> int:
    """What it answers is the exit code, unless it fails in one of the ways that are expected."""
    try:
        with opened() as asked:
            return do(asked)
    except NotFound as error:
        return _refuse(error, FAILED)
    except (Ambiguous, Refused) as error:
        return _refuse(error, USAGE)
    except DatabaseAway as error:
        raise TryAgain(str(error)) from error


@contextmanager
def questions(*, schema: bool = True) -> "Iterator[Questions]":
    """The use cases on the environment's database; `schema` refuses one that this code cannot read."""
    from mercarich_web import questions as bootstrap  # drivers: not for a help page

    quiet_logs()
    with bootstrap.questions(load(SharedSettings)) as asked:
        problem = asked.schema.problem() if schema else None
        if problem is not None:
            raise BadConfiguration(problem)
        yield asked


def quiet_logs() -> None:
    """Warnings as sentences; the driver would write a page about a broker that is away."""
    logging.basicConfig(level=logging.WARNING, format="mercarich: %(message)s", stream=sys.stderr)
    logging.getLogger("kafka").setLevel(logging.CRITICAL)


def _refuse(error: Exception, code: int) -> int:
    sys.stderr.write(f"mercarich: {error}\n")
    return code
