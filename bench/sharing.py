"""How many requests a check costs at the source (P7): shared sources, and Mercari sellers with several items.

There are 80 sellers; 30 % of their sources are listed by a second one of them; Mercari sellers have 1 to 60 items;
Yahoo's items are one page each. Planner, checker and proxy are the real ones. Each seller has 1/50 of the goal's 20,000
listings, because what a request can return depends on the sellers' sizes and the shares, not on their number.
"""

from bench.harness.parts import Market, Parts, market, parts
from bench.harness.processes import processes
from bench.harness.result import Goal, NotExact, Result, Table
from bench.harness.scale import Scale
from bench.harness.spread import digits, spread
from bench.harness.turns import steps
from bench.ours import RUN_SECONDS, Product, Setup
from bench.source_pages import SELLER_BASE
from sqlalchemy import Connection, text
from tests.services.process import free_port

from mercarich_db.engine import reading, run_tx

SELLERS = 80
MOST_ITEMS = 60
LISTINGS_A_SELLER = 400
YAHOO_BYTES = 60_000


def run(scale: Scale) -> Result:
    sources = SELLERS * scale.of(LISTINGS_A_SELLER, 20) * 10 // 13
    asked: dict[str, tuple[int, int]] = {}
    with (
        parts() as real,
        steps("sharing", 2) as step,
        market(mixed_sellers=MOST_ITEMS, yahoo_bytes=[YAHOO_BYTES]) as web,
    ):
        for marketplace, share in (("mercari", 1), ("yahoo", 4)):
            step(marketplace)
            asked[marketplace] = _asked(real, web, marketplace, sources // share)
    a_check = {name: requests / checks for name, (requests, checks) in asked.items()}
    goal = Goal(
        id="P7",
        what="requests a check, Mercari, sellers of 1–60 items, 30 % shared",
        unit="",
        at_most=0.3,
        value=spread([a_check["mercari"]]),
    )
    rows = [[name, f"{checks:,}", f"{requests:,}", digits(a_check[name])] for name, (requests, checks) in asked.items()]
    table = Table(["marketplace", "listings checked", "requests at the source", "requests a check"], rows)
    return Result(goals=[goal], tables={"sharing": table}, figures={"requests_a_check": a_check})


def _asked(real: Parts, web: Market, marketplace: str, sources: int) -> tuple[int, int]:
    """Return the requests and the checked listings of one run over all. Raises `NotExact`."""
    product = Product(real, Setup(marketplace=marketplace, batch_items=50, batches=8))
    product.fill(sources)
    run_tx(product.engine, lambda connection: _share(connection, marketplace))
    with processes(real.folder / f"sharing-{marketplace}") as started:
        port = free_port()
        environment = product.environment(web, port)
        product.start_workers(started, [environment], [port])
        web.reset()
        started.see_through("planner", product.planner(), environment, RUN_SECONDS)
    seen = web.figures()
    with reading(product.engine) as connection:
        checked = connection.execute(
            text("SELECT count(*) FROM source_items WHERE check_run IS NULL AND checked_run > 0")
        )
        listed = connection.execute(text("SELECT count(*) FROM listings"))
        done, listings = int(checked.scalar_one()), int(listed.scalar_one())
    if done != sources or seen["items"] < sources:  # A seller's page may contain items that nobody lists.
        raise NotExact(f"sharing: {done} of {sources} checked, the market was asked for {seen['items']:.0f}")
    return int(seen["requests"]), listings


def _share(connection: Connection, marketplace: str) -> None:
    """Set up 80 sellers instead of 20, three of ten sources listed twice, and the source's sellers as in the market."""
    round_of = MOST_ITEMS * (MOST_ITEMS + 1) // 2
    values = {"most": MOST_ITEMS, "round": round_of, "base": SELLER_BASE, "sellers": SELLERS, "market": marketplace}
    for statement in _SHARING:
        connection.execute(text(statement), values)


_SHARING = (
    """INSERT INTO users (id, username, plan, active, is_staff, created_at)
    SELECT seq, concat('seller', seq), 2, 1, 0, utc_timestamp(6)
    FROM seq_1_to_1000 WHERE seq > 20 AND seq <= :sellers""",
    """INSERT INTO amazon_accounts (user_id, seller_id, marketplace_id, refresh_token, token_verdict)
    SELECT seq, concat('A', seq), 'A1VC38T7YXB528', '', 'valid'
    FROM seq_1_to_1000 WHERE seq > 20 AND seq <= :sellers""",
    # Spread the sold items (every 20th) over all sellers: the brake holds a seller who loses many at once.
    "UPDATE listings SET user_id = (id DIV 20 * 7919 + id) MOD :sellers + 1",
    """INSERT INTO listings (user_id, sku, marketplace, source_item_id, listed, listing_quantity, created_at,
    quantity, revision, searching, changed_at, pushed_revision, pushed_quantity, push_attempts, orphan)
    SELECT user_id MOD :sellers + 1, concat('T', id), marketplace, source_item_id, 1, 1, created_at,
    1, 1, 0, changed_at, 1, 1, 0, 0 FROM listings WHERE id MOD 10 < 3""",
    """UPDATE source_items SET seller_id = :base + (id - 1) DIV :round * :most
    + floor((sqrt(8 * ((id - 1) MOD :round) + 1) - 1) / 2) WHERE :market = 'mercari'""",
)
