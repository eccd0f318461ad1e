"""Settings of stock checks: batches and repeats, canaries, the brake."""

from mercarich_contracts.sites import SITES
from mercarich_db.definitions.definition import Definition

CHECKS = (
    Definition(
        "CHECK_BATCH_ITEMS",
        50,
        "source items in one message",
        1,
        1000,
        unit="source items",
        why="At 50 the broker carries 5 messages a second for ten million listings (docs/performance.md). The old"
        " system's least was 100 items a job.",
    ),
    Definition(
        "INV_QUEUE_ENOUGH_JOB_COUNT",
        20,
        "batches of a run that may be unfinished at once",
        1,
        10_000,
        unit="batches",
        why="The old system's key and value: its producer waited while more than 20 jobs were in the queue. The bound"
        " keeps a planner's memory flat, and an overtaken run leaves no more than this behind.",
    ),
    Definition(
        "CHECK_REPUBLISH_SECONDS",
        30,
        "a batch without progress for so long is published again",
        5,
        86_400,
        unit="seconds",
        why="As long as a checker's lease (CHECKER_LEASE_SECONDS): what a dead worker had claimed is free by then. Each"
        " repeat of a batch doubles the wait, up to four times the value.",
    ),
    Definition(
        "CHECK_ATTEMPTS",
        3,
        "claims without an answer after which an item is set aside",
        1,
        20,
        unit="claims",
        why="A claim is also lost when a worker is killed for another reason. What it held is tried again by halves,"
        " and only an item that was tried alone is set aside. Update runs use the same number.",
    ),
    Definition(
        "CHECK_UNKNOWNS",
        6,
        "unknown answers after which a run lets go of an item",
        1,
        100,
        unit="answers",
        why="With CHECK_RETRY_SECONDS at 30, six answers are spread over 8 to 16 minutes; the next run asks again.",
    ),
    Definition(
        "CHECK_RETRY_SECONDS",
        30,
        "first wait after an unknown answer, doubled each time",
        1,
        3600,
        unit="seconds",
        why="Long enough for a marketplace to recover from a hiccup. A wait is half to all of it, drawn, and at most"
        " half an hour.",
    ),
)

WATCH = (
    Definition(
        "WATCH_SHARE",
        1.0,
        "share of a marketplace's outbound budget for looks all day, beside the runs",
        0.0,
        1.0,
        unit="share, 0 to 1",
        why="More looks find sales sooner. The watch has the turns that no run, search or person waits for.",
        zero="The watch does nothing: sources are looked at by the schedule's runs alone.",
    ),
)

_CANARIES = (
    "ids, separated by spaces, each followed by =on_sale or =gone. A kind of item of which none is named has canaries"
    " taken from the last runs"
)
_NO_CANARIES = (
    "Up to five items on sale and five that are gone of each kind, and the lists of three source sellers, are drawn at"
    " each look from the last runs; at least half of each must be as expected. Named canaries must all be."
)

CANARIES = (
    *(
        Definition(
            site.canary_setting,
            "",
            f"canaries of {site.words.en}: {_CANARIES}",
            why="No item of the real marketplace stays on sale for ever, so none can be a default.",
            zero=_NO_CANARIES,
        )
        for site in SITES.values()
    ),
    Definition(
        "CANARY_EVERY_SECONDS",
        300,
        "wait between looks at canaries while all is well",
        1,
        86_400,
        unit="seconds",
        why="At most 23 calls in five minutes are a thirteenth of Mercari's default budget, a call a second. Nothing"
        " waits for it: when more than half of a run's latest answers are unknown, it looks at once. While one kind of"
        " item is held and others go on, its canaries are asked as often.",
    ),
    Definition(
        "CANARY_RETRY_SECONDS",
        15,
        "wait between looks at canaries while a whole run is held",
        1,
        3600,
        unit="seconds",
        why="A held run publishes nothing, so that its canaries have the budget nearly for themselves. It goes on"
        " soon after the marketplace is well.",
    ),
)

BRAKE = (
    Definition(
        "BRAKE_LISTINGS",
        20,
        "fallen listings of a seller below which nothing is held",
        1,
        100_000,
        unit="listings",
        why="An estimate: of a seller with few listings a handful of ordinary sales is a large share. The old system"
        " had no brake; people stopped its cron when a source failed.",
    ),
    Definition(
        "BRAKE_SHARE",
        0.15,
        "share of a seller's checked listings that may fall in a run",
        0.0,
        1.0,
        unit="share, 0 to 1",
        why="An estimate, meant to lie above what sells between two checks, and below what a changed page makes fall.",
        zero="Only the number counts: falls are held from BRAKE_LISTINGS on.",
    ),
    Definition(
        "BRAKE_MARKETPLACE_LISTINGS",
        200,
        "fallen listings of a marketplace below which nothing is held",
        1,
        1_000_000,
        unit="listings",
        why="Ten times a seller's number: it catches what makes a few listings of many sellers fall.",
    ),
    Definition(
        "BRAKE_MARKETPLACE_SHARE",
        0.15,
        "share of a marketplace's checked listings that may fall in a run",
        0.0,
        1.0,
        unit="share, 0 to 1",
        why="The same share as a seller's.",
        zero="Only the number counts: falls are held from BRAKE_MARKETPLACE_LISTINGS on.",
    ),
    Definition(
        "BRAKE_ABSENT_SHARE",
        0.03,
        "share of the checked listings whose source may be missing in a run",
        0.0,
        1.0,
        unit="share, 0 to 1",
        why="An estimate: 12 to 30 % of a shop's sources are Shops products, so a fault of their route is far above it,"
        " and what sellers delete between two checks is far below. The numbers are those of falls.",
        zero="Only the number counts: from BRAKE_LISTINGS (or BRAKE_MARKETPLACE_LISTINGS) on, a person decides.",
    ),
    Definition(
        "BRAKE_UNPARSABLE_SHARE",
        0.10,
        "share of unreadable pages that holds a marketplace",
        0.0,
        1.0,
        unit="share, 0 to 1",
        why="An estimate, twice the share that opens a proxy's breaker (…_BREAKER_UNPARSABLE_SHARE), which acts first."
        " It is asked from 40 looks of a run on.",
        zero="From 40 looks on, one unreadable page holds the marketplace.",
    ),
    Definition(
        "BRAKE_CONFIRM_SECONDS",
        600,
        "age at which a held fall is looked at a second time",
        1,
        86_400,
        unit="seconds",
        why="Ten minutes: an outage or a broken page of minutes is over by then, and what is really gone stays on sale"
        " for these ten minutes more.",
    ),
)
