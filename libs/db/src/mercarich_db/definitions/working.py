"""Settings of pushes to Amazon, and of sellers' jobs."""

from mercarich_db.definitions.definition import Definition

PUSHES = (
    Definition(
        "FEED_STUCK_SECONDS",
        1800,
        "age at which an open feed is cancelled or bypassed",
        1,
        86_400,
        unit="seconds",
        why="The old system took a seller's feed for stuck after 30 minutes. What it carries goes out again.",
    ),
    Definition(
        "FEED_POLL_SECONDS",
        60,
        "wait between two looks at an open feed",
        1,
        3600,
        unit="seconds",
        why="The old system's value. A feed takes Amazon minutes, and a look costs a call of the seller's quota.",
    ),
    Definition(
        "PATCH_LANE_LISTINGS",
        1500,
        "withdrawals or restores of a seller above which they go by feed",
        1,
        25_000,
        unit="listings",
        why="Amazon advises feeds from about 1,500 changes on (decision 0014). By PATCH, at 5 a second, 1,500"
        " withdrawals take 5 minutes, and 1,500 restores, each read back, 13.",
    ),
    Definition(
        "CREATE_DAILY_LISTINGS",
        1000,
        "new offers of a seller that are sent to Amazon within 24 hours",
        0,
        100_000,
        unit="listings",
        why="An estimate: who lists more at once than that mostly lists by mistake, and Amazon looks at sudden growth.",
        zero="No new offer is sent; those that wait go on waiting.",
    ),
)

JOBS = (
    Definition(
        "JOB_SLICE_SECONDS",
        5,
        "a seller's job gives way to the next seller after so long",
        1,
        60,
        unit="seconds",
        why="Each seller who waits is served after one slice of every other, whatever the size of their jobs. A slice"
        " costs a claim, so that much shorter ones would mostly claim.",
    ),
    Definition(
        "JOB_LEASE_SECONDS",
        120,
        "a job stays so long with a worker that makes no progress",
        10,
        3600,
        unit="seconds",
        why="Longer than a proxy may take for a search (WEB_SEARCH_SILENCE_SECONDS, 45), so that a slow marketplace"
        " takes no job from its worker.",
    ),
    Definition(
        "JOB_FROZEN_SECONDS",
        900,
        "no progress for so long: a job is taken from its worker",
        10,
        86_400,
        unit="seconds",
        why="The old system's 15 minutes, after which it restarted all workers; here one job changes hands.",
    ),
    Definition(
        "JOB_CLOSE_SECONDS",
        1800,
        "no progress for so long: a job is closed as failed",
        10,
        86_400,
        unit="seconds",
        why="The old system's 30 minutes.",
    ),
    Definition(
        "LISTING_PICTURES",
        4,
        "pictures of a new listing that are saved; 0: none",
        0,
        4,
        unit="pictures",
        why="The old system's slots: the main picture and three more. Their number is also the most that is kept.",
        zero="No pictures are fetched; listings stay in line for them until the number is above 0.",
    ),
)
