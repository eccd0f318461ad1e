"""Whether the market's budget is kept in any 60 s (P6): 1, 2, 4 and 8 checkers on one proxy, one of them killed.

One run has more items than it can check. Every minute checkers are added, and in the last minute one is killed. The
requests that arrive at the market are counted in every window of 60 s between the first request and the last minute's
end.
"""

import time
from bisect import bisect_left
from collections.abc import Sequence

from bench.harness.parts import market, parts
from bench.harness.processes import processes
from bench.harness.result import Goal, NotExact, Result, Table
from bench.harness.scale import Scale
from bench.harness.spread import digits, spread
from bench.harness.turns import steps
from bench.ours import Product, Setup
from tests.services.process import free_port

A_SECOND = 25.0
WINDOW_SECONDS, SMALL_WINDOW_SECONDS = 60.0, 3.0
CHECKERS = (1, 2, 4, 8)
YAHOO_BYTES = 60_000
SETUP = Setup(marketplace="yahoo", calls=16, batch_items=50, batches=8)


def run(scale: Scale) -> Result:
    window = scale.of(WINDOW_SECONDS, SMALL_WINDOW_SECONDS)
    items = int(A_SECOND * window * (len(CHECKERS) + 2))
    marks: list[float] = []
    with parts() as real, market(yahoo_bytes=[YAHOO_BYTES]) as web, steps("budget", len(CHECKERS)) as step:
        product = Product(real, SETUP)
        product.fill(items)
        with processes(real.folder / "budget") as started:
            port = free_port()
            environment = {**product.environment(web, port), "YAHOO_PROXY_RATE_PER_SECOND": str(A_SECOND)}
            step("1 checker")
            product.start_workers(started, [environment], [port])
            web.reset()
            started.start("planner", product.planner(), environment)
            started.wait(lambda: len(web.times()) > 1, "the first request")
            for number, checkers in enumerate(CHECKERS):
                if number:
                    step(f"{checkers} checkers")
                more = [
                    started.start(f"checker-{checkers}-{one}", product.checker(), environment)
                    for one in range(checkers - (CHECKERS[number - 1] if number else 1))
                ]
                time.sleep(window / 2)
                if checkers == CHECKERS[-1]:
                    started.kill(more[0])
                time.sleep(window / 2 + 1)
                marks.append(web.times()[-1])
        times = web.times()
    if len(times) >= items:
        raise NotExact(f"budget: all of {items} items were asked for before the end")
    return _result(times, marks, window)


def _result(times: Sequence[float], marks: Sequence[float], window: float) -> Result:
    allowed = A_SECOND * window
    ends = [moment for moment in times if times[0] + window <= moment <= marks[-1]]
    shares = [(bisect_left(times, end) - bisect_left(times, end - window)) / allowed for end in ends]
    lowest, highest = min(shares), max(shares)
    goals = [
        Goal(id="P6", what="of the budget in the fullest 60 s", unit="×", at_most=1.05, value=spread([highest])),
        Goal(id="P6", what="of the budget in the emptiest 60 s", unit="×", at_least=0.95, value=spread([lowest])),
    ]
    rows = []
    for checkers, start, end in zip(CHECKERS, [times[0], *marks], marks, strict=False):
        count = bisect_left(times, end) - bisect_left(times, start)
        killed = ", one killed" if checkers == CHECKERS[-1] else ""
        rows.append([f"{checkers}{killed}", digits(count / (end - start)), digits(count / (end - start) / A_SECOND)])
    headings = ["checkers", f"requests a second, budget {A_SECOND:g}", "of the budget"]
    return Result(goals=goals, tables={"budget": Table(headings, rows)}, figures={"lowest": lowest, "highest": highest})
