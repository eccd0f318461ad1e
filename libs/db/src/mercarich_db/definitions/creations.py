"""Settings of new offers; a seller may have own values."""

from mercarich_db.definitions.definition import Definition

CREATIONS = (
    Definition(
        "CREATE_PROFIT_JPY",
        0,
        "yen that a sale of a new offer is to earn: the offer's price is the lowest that leaves so much",
        0,
        1_000_000,
        unit="yen",
        why="What a seller wants to earn is the seller's own judgement; CREATE_PROFIT_PERCENT gives the first price.",
        zero="The percentage alone decides.",
    ),
    Definition(
        "CREATE_PROFIT_PERCENT",
        10.0,
        "per cent of the price that a sale of a new offer is to earn; the larger of this and the yen counts",
        0,
        80,
        unit="per cent",
        why="An estimate: less leaves no room for a source that becomes dearer, or a cancellation.",
        zero="CREATE_PROFIT_JPY alone decides; where that is 0, too, a sale pays for the source and no more.",
    ),
    Definition(
        "CREATE_HANDLING_DAYS",
        4,
        "days until a new offer is handed to the carrier, as Amazon's buyers are told",
        1,
        30,
        unit="days",
        why="As REVIVAL_LEAD_DAYS: from the source to us and out again.",
    ),
    Definition(
        "CREATE_NOTE",
        "",
        "condition note of new offers (at most 1,000 characters)",
        why="Only the seller knows what their goods are like.",
        zero="New offers have no note.",
    ),
)
