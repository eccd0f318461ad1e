"""Settings of the search for replacements: what a seller may have own values of, and how searches are sent out."""

from mercarich_db.definitions.approvals import APPROVALS
from mercarich_db.definitions.creations import CREATIONS
from mercarich_db.definitions.definition import Definition
from mercarich_db.definitions.earnings import EARNINGS
from mercarich_db.definitions.likeness import LIKENESS
from mercarich_db.definitions.repricing import REPRICING
from mercarich_replacements.rules import read_conditions

_ON, _OFF = "on", "off"

SELLERS_RULES = (
    Definition(
        "REVIVAL_DAYS",
        3,
        "days after a withdrawal in which a replacement is searched for",
        0,
        30,
        unit="days",
        why="The old system's ITEM_RESTORE_DAYS.",
        zero="A withdrawn listing is not searched for. One that was only marked still is: it is on sale.",
    ),
    Definition(
        "REVIVAL_CANDIDATES",
        60,
        "search results that are judged for a listing",
        1,
        1000,
        unit="search results",
        why="An estimate: each result that the title and the first picture do not refuse costs a call for its page.",
    ),
    *LIKENESS,
    Definition(
        "REVIVAL_LEAST_RATING",
        80,
        "good ratings of a source seller, in per cent",
        0,
        100,
        unit="per cent",
        why="The old system's value.",
        zero="Bad ratings refuse nobody; a seller without any rating is refused all the same.",
    ),
    Definition(
        "REVIVAL_PRICE_FACTOR",
        1.0,
        "highest price, as a multiple of the first purchase price",
        0.1,
        10,
        unit="factor",
        why="The old system's rule: a replacement costs no more than the first source did.",
    ),
    Definition(
        "REVIVAL_PRICE_RULE",
        "first",
        "first: the first purchase price limits a replacement's; break_even: what the offer's own price leaves",
        choices=("first", "break_even"),
        why="The old system's rule. The break-even also needs the offer's price, which not every seller has told.",
    ),
    Definition(
        "REVIVAL_FEE_PERCENT",
        15.0,
        "Amazon's fee in per cent of the offer's price where Amazon has not estimated it, for break-even and earnings",
        0,
        90,
        unit="per cent",
        why="Amazon's fee depends on the category, mostly 8 to 15, and one that is assumed too low buys at a loss.",
        zero="No fee is taken off where Amazon has not estimated it.",
    ),
    Definition(
        "REVIVAL_COSTS",
        0,
        "yen that each sale costs besides, for the break-even and for what a sale earns",
        0,
        1_000_000,
        unit="yen",
        why="Only the seller knows what packing and postage cost.",
        zero="Nothing besides the fee is taken off.",
    ),
    Definition(
        "REVIVAL_UNKNOWN_POSTAGE_JPY",
        0,
        "yen that are counted as the postage of a source whose postage is not known",
        0,
        100_000,
        unit="yen",
        why="A postage that nobody tells is not guessed. Of 51 recorded rows of Yahoo! Auctions none was free, 19 told"
        " no postage, and 32 told 734 yen on average and 1,340 at most: who takes a loss now and then may count 1,500.",
        zero="A replacement whose postage is not known is refused, except for an order: its seller sees what is not"
        " known. What a sale earns is known as a bound only.",
    ),
    Definition(
        "REVIVAL_TITLE_LENGTH",
        255,
        "longest title of a replacement",
        1,
        255,
        unit="characters",
        why="The longest title that the database keeps: no title is refused for its length.",
    ),
    Definition(
        "REVIVAL_IGNORED_ORIGINS",
        "海外",
        "places, separated by spaces, from which nothing is bought",
        why="The old system's value: 海外 (abroad) is what Yahoo! Auctions names for goods that are sent from abroad.",
        zero="No place is ignored.",
    ),
    Definition(
        "REVIVAL_SHIP_DAYS",
        6,
        "longest time until a replacement is shipped, in days",
        1,
        90,
        unit="days",
        why="The old system's value.",
    ),
    Definition(
        "REVIVAL_LEAD_DAYS",
        4,
        "days added to the shipping days: from the source to us and out again",
        0,
        25,
        unit="days",
        why="An estimate of the way to the seller and out again. The sum is cut at 30 days, the most Amazon takes.",
        zero="Amazon is told the source's own shipping days, or REVIVAL_SHIP_DAYS where those are unknown.",
    ),
    Definition(
        "REVIVAL_QUANTITY_CAP",
        1,
        "most that a restored offer shows: sources are single pieces",
        1,
        1000,
        unit="pieces",
        why="A source is one piece. The old system restored the quantity of the listing, whatever the source had.",
    ),
    Definition(
        "REVIVAL_OTHER_MARKETPLACE",
        _OFF,
        "search the other marketplaces, too",
        choices=(_OFF, _ON),
        why="The old system searched the source's own marketplace only; each other one costs calls of its budget.",
    ),
    Definition(
        "REVIVAL_OTHER_CONDITIONS",
        "1=1 2=2 3=3 4=4 5=5 6=6",
        "our condition (1 new to 6 poor) = the worst one taken from another marketplace",
        form="pairs such as 1=1 3=2, with numbers from 1 to 6",
        reads=read_conditions,
        why="Each condition, or a better one: nothing worse than the first source was.",
        zero="Nothing is taken from another marketplace; a condition that is left out takes nothing either.",
    ),
    Definition(
        "REVIVAL_ASK_FIRST",
        _OFF,
        "a person approves each replacement",
        choices=(_OFF, _ON),
        why="The old system took the first match without asking.",
    ),
    *APPROVALS,
    *EARNINGS,
    *CREATIONS,
    *REPRICING,
)
"""Those of which a seller may have an own value."""

SEARCHES = (
    Definition(
        "REVIVAL_BATCH_ITEMS",
        10,
        "listings in one message that want a replacement",
        1,
        1000,
        unit="listings",
        why="A fifth of a check's batch: a listing takes a search, and a page and pictures of many a candidate, where a"
        " check takes one look.",
    ),
    Definition(
        "REVIVAL_REPUBLISH_SECONDS",
        120,
        "such a message without progress is published again",
        5,
        86_400,
        unit="seconds",
        why="As long as an updater's lease (UPDATER_LEASE_SECONDS): what a dead worker had claimed is free by then.",
    ),
)
