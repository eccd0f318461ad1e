"""The demo's result as a report and on the screen: the ledger's verdict beside what the product reports."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mercarich_local.demo_state import Line, Progress, Withdrawal
from mercarich_local.market import Row, Simulator
from mercarich_local.screen import Screen

SHOWN_WITHDRAWALS = 5
FAULTS = (
    *("wrong_withdrawals", "missed_withdrawals", "double_pushes", "wrong_restores", "stale_overwrites"),
    *("fields_lost", "sold_twice", "fought"),
)


@dataclass(frozen=True, slots=True)
class Result:
    """All results; `problem` is anything else that went wrong, in one sentence."""

    scenario: str
    listings: int
    sellers: int
    seconds: float
    lines: Sequence[Line]
    withdrawals: Sequence[Withdrawal]
    progress: Progress
    ledger: Row
    problem: str | None = None
    acts: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """Results of the acts around the check."""

    @property
    def clean(self) -> bool:
        return self.problem is None and not any(self.ledger[name] for name in FAULTS)

    def report(self) -> dict[str, Any]:
        """Return the content of `report.json`: seconds and counts. Latencies are from commit to acceptance by
        Amazon."""
        return {
            "scenario": self.scenario,
            "sellers": self.sellers,
            "listings": self.listings,
            "checked": sum(line.checked for line in self.lines),
            "withdrawn": sum(line.withdrawn for line in self.lines),
            "restored": sum(line.restored for line in self.lines),
            "pushed": sum(line.pushed for line in self.lines),
            "held": sum(line.held for line in self.lines),
            "left_alone": sum(line.left_alone for line in self.lines),
            "unknown": sum(line.unknown for line in self.lines),
            **{name: self.ledger[name] for name in FAULTS},
            "held_seconds": {name: round(held, 1) for name, held in self.progress.held_seconds.items()},
            "commit_to_accepted_seconds": spread(self._latencies()),
            "exposed_item_seconds": self.ledger["exposed_item_seconds"],
            "requests": {name: traffic["requests"] for name, traffic in self.ledger["upstream"].items()},
            "seconds": round(self.seconds, 1),
            "clean": self.clean,
            "problem": self.problem,
            "marketplaces": [asdict(line) for line in self.lines],
            "acts": self.acts,
            "cases": {name: self.ledger["cases"][name] for name in FAULTS if self.ledger[name]},
        }

    def _latencies(self) -> list[float]:
        accepted = accepted_at(self.ledger)
        keys = [(each, accepted.get((each.seller_id, each.sku))) for each in self.withdrawals]
        return sorted((at - each.committed_at).total_seconds() for each, at in keys if at is not None)


def accepted_at(ledger: Row) -> Mapping[tuple[str, str], datetime]:
    """Return, by seller and SKU, when Amazon last set an offer to 0."""
    return {
        (row["seller_id"], row["sku"]): datetime.fromtimestamp(change["at"], UTC)
        for row in ledger["details"]
        for change in row["changes"]
        if change["quantity"] == 0
    }


def spread(values: Sequence[float]) -> dict[str, float | None]:
    """Return the median and the 99th percentile of sorted values, by nearest rank."""

    def at(share: float) -> float | None:
        return round(values[max(0, -int(-len(values) * share // 1) - 1)], 3) if values else None

    return {"p50": at(0.5), "p99": at(0.99)}


def write(result: Result, file: Path) -> None:
    """Write the report as JSON."""
    file.write_text(json.dumps(result.report(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def show_check(lines: Sequence[Line], withdrawals: Sequence[Withdrawal], screen: Screen, simulator: Simulator) -> None:
    """Print what the check did, and the evidence of some withdrawals."""
    headings = ("", "checked", "withdrawn", "restored", "pushed", "held", "left alone", "unknown")
    rows = [tuple(str(value) for value in asdict(line).values()) for line in lines]
    screen.note("")
    screen.table("What was done (checked and unknown count source items, the rest listings)", rows, *headings)
    accepted = accepted_at(simulator.ledger(gone_before=0.0))
    if withdrawals:
        screen.note("\nWhy: the evidence of five withdrawals", style="bold")
    for each in _a_few(withdrawals):
        _show_withdrawal(each, accepted.get((each.seller_id, each.sku)), screen, simulator)


def _a_few(withdrawals: Sequence[Withdrawal]) -> Sequence[Withdrawal]:
    """Select examples spread over the run, so that both marketplaces and sales during the run are among them."""
    step = max(1, len(withdrawals) // SHOWN_WITHDRAWALS)
    return list(reversed(withdrawals[::-1][::step][:SHOWN_WITHDRAWALS]))


def _show_withdrawal(each: Withdrawal, accepted: datetime | None, screen: Screen, simulator: Simulator) -> None:
    truth = simulator.item(each.marketplace, each.item_id)["truth"]
    gone = datetime.fromtimestamp(truth[-1]["at"], UTC) if truth else None
    why = f"{each.state}, {each.reason}" if each.reason else each.state
    screen.note(f"  {each.sku}  {each.url}")
    screen.note(f"      HTTP {each.http_status}, {why}; parser {each.parser_version}: {each.extract}", style="dim")
    moments = (("sold", gone), ("seen", each.seen_at), ("committed", each.committed_at), ("accepted", accepted))
    told = " → ".join(f"{name} {_clock(moment)}" for name, moment in moments)
    screen.note(f"      {told}", style="dim")


def _clock(moment: datetime | None) -> str:
    return "?" if moment is None else moment.astimezone().strftime("%H:%M:%S.%f")[:-3]


def show_verdict(result: Result, screen: Screen) -> None:
    """Print how fast Amazon was updated, and the ledger's verdict."""
    report = result.report()
    latency = report["commit_to_accepted_seconds"]
    if latency["p50"] is not None:
        p50, p99 = latency["p50"], latency["p99"]
        screen.note(f"\nFrom the check's commit to Amazon's acceptance: p50 {p50:.2f} s, p99 {p99:.2f} s")
    faults = ", ".join(f"{report[name]} {name.replace('_', ' ')}" for name in FAULTS)
    verdict = "clean" if result.clean else "NOT CLEAN"
    screen.note(f"The market's ledger: {verdict} — {faults}", style="bold green" if result.clean else "bold red")
    if result.problem:
        screen.note(result.problem, style="bold red")
