"""Settings of prices that follow their source; a seller may have own values."""

from mercarich_db.definitions.definition import Definition

REPRICING = (
    Definition(
        "REPRICING",
        "off",
        "follow: an offer with a lowest and a highest price of its own follows what its source costs; off: none does",
        choices=("off", "follow"),
        why="A price that nobody asked for is worse than one that is a little old: following is the seller's decision.",
    ),
    Definition(
        "REPRICING_STEP_JPY",
        10,
        "yen: prices that follow their source are rounded up to a multiple of this",
        1,
        1_000,
        unit="yen",
        why="As the prices of new offers.",
    ),
    Definition(
        "REPRICING_LEAST_CHANGE_PERCENT",
        3.0,
        "per cent of the offer's price: a smaller change of it is not made, unless it ends a loss",
        0,
        50,
        unit="per cent",
        why="An estimate: each change is a request to Amazon, and buyers distrust a price that moves all day.",
        zero="Each change of a step is made.",
    ),
    Definition(
        "REPRICING_CHANGES_A_DAY",
        3,
        "changes of an offer's price in 24 hours at most",
        1,
        24,
        unit="changes",
        why="An estimate: sources change rarely, and a source that goes up and down must not drag the offer along.",
    ),
)
