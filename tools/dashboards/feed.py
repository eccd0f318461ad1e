"""Dashboard of changes on their way to Amazon."""

from tools.dashboards.grafana import Dashboard, Panel, Query
from tools.dashboards.shared import ACCOUNTS, EXPOSED, UNPUSHED

FEED = Dashboard(
    "feed",
    "Amazon feed",
    (
        UNPUSHED,
        Panel(
            "Listings that wait",
            "short",
            (Query("max by (kind) (mercarich_feed_pending_listings{NS})", "{{kind}}"),),
            text="To be pushed to Amazon, by kind.",
        ),
        EXPOSED,
        Panel(
            "Amazon shows something else than the books",
            "short",
            (Query("max by (kind) (mercarich_feed_differing_listings{NS})", "{{kind}}"),),
            text="As the last reads found it. above: the books say 0, and Amazon shows more.",
        ),
        Panel(
            "Oldest difference, oldest read that is due",
            "s",
            (
                Query("max by (kind) (mercarich_feed_differing_age_seconds{NS})", "{{kind}}"),
                Query("max(mercarich_feed_read_overdue_seconds{NS})", "read"),
            ),
            text="Since Amazon was first seen otherwise; since the read that waits longest became due. 0: none.",
        ),
        Panel(
            "Order items read in an hour",
            "short",
            (Query("sum(increase(mercarich_feed_orders_total{NS}[1h]))", "items"),),
            text="For the first time.",
        ),
        Panel(
            "From an order to its read and to the look at its source",
            "s",
            tuple(
                Query(f"histogram_quantile({q}, sum by (le) (rate({name}_bucket{{NS}}[1h])))", f"{what} p{q * 100:.0f}")
                for what, name in (
                    ("read", "mercarich_feed_order_read_latency_seconds"),
                    ("look", "mercarich_checker_ordered_look_seconds"),
                )
                for q in (0.5, 0.99)
            ),
            text="read: since the order at Amazon. look: since the read. Absent where there was none in an hour.",
        ),
        Panel(
            "Oldest read of orders that is due, oldest order whose source was not looked at",
            "s",
            (
                Query("max(mercarich_feed_order_read_overdue_seconds{NS})", "read"),
                Query("max(mercarich_feed_ordered_unseen_seconds{NS})", "look"),
            ),
            text="Since the read was due, also where tries have failed since; since the order was read. 0: none.",
        ),
        Panel(
            "Orders that are late",
            "short",
            (Query("max(mercarich_feed_late_orders{NS})", "orders"),),
            text="Paid, and still to be shipped after the time that Amazon has told. A seller's rate is on their page.",
        ),
        Panel(
            "Reads of all offers of a seller in a day",
            "short",
            (Query("sum by (outcome) (increase(mercarich_feed_offer_reads_total{NS}[1d]))", "{{outcome}}"),),
            text="Once an account is linked, and when its seller asks. failed: the page of offers says why.",
        ),
        Panel(
            "From the wish to read all offers to the last of them",
            "s",
            tuple(
                Query(
                    f"histogram_quantile({q}, sum by (le) (rate(mercarich_feed_offer_read_seconds_bucket{{NS}}[1d])))",
                    f"p{q * 100:.0f}",
                )
                for q in (0.5, 0.99)
            ),
            text="Amazon takes minutes to make a report. Absent where there was none in a day.",
        ),
        Panel(
            "Messages of the queue of changed orders in an hour",
            "short",
            (
                Query("sum by (outcome) (increase(mercarich_feed_order_hints_total{NS}[1h]))", "{{outcome}}"),
                Query("max(mercarich_feed_order_queue_away{NS})", "away"),
            ),
            text="Where FEED_ORDER_QUEUE_URL is set. away: 1 while the queue cannot be read.",
        ),
        Panel(
            "Sellers whose orders cannot be read",
            "short",
            (Query("max by (reason) (mercarich_feed_unread_orders_sellers{NS})", "{{reason}}"),),
            text="forbidden: the application or the authorisation lacks the role.",
        ),
        Panel(
            "Offers of whose fee Amazon is to be asked, or gave no estimate",
            "short",
            (
                Query("max(mercarich_feed_fee_estimates_waiting{NS})", "waiting"),
                Query("max(mercarich_feed_fee_estimates_refused{NS})", "refused"),
            ),
            text="Counted every ten minutes. Many wait at first: a seller's offers are asked for at some ten a second.",
        ),
        Panel(
            "Oldest estimate of a fee",
            "s",
            (Query("max(mercarich_feed_fee_estimate_age_seconds{NS})", "estimate"),),
            text="Each is made again after 30 days. 0: there is none.",
        ),
        Panel(
            "New offers that are not on sale yet",
            "short",
            (Query("max by (state) (mercarich_feed_open_creations{NS})", "{{state}}"),),
            text="waiting: not sent. sent: Amazon does not sell it yet. taking_back: it is deleted there.",
        ),
        Panel(
            "New offers that ended in an hour, oldest one that Amazon does not sell yet",
            "short",
            (
                Query("sum by (outcome) (increase(mercarich_feed_creations_total{NS}[1h]))", "{{outcome}}"),
                Query("max(mercarich_feed_open_creation_age_seconds{NS})", "oldest, seconds"),
            ),
            text="created: Amazon sells it, or it was taken over. refused: the draft tells why.",
        ),
        Panel(
            "Prices on their way, oldest one",
            "short",
            (
                Query("max by (state) (mercarich_feed_open_prices{NS})", "{{state}}"),
                Query("max(mercarich_feed_open_price_age_seconds{NS})", "oldest, seconds"),
            ),
            text="waiting: not sent. sent: Amazon is read until it has the price.",
        ),
        Panel(
            "SKUs pushed",
            "ops",
            (
                Query(
                    "sum by (lane, outcome) (rate(mercarich_feed_pushes_total{NS}[5m]))",
                    "{{lane}} {{outcome}}",
                ),
            ),
            text="By lane (a PATCH each, or a feed of many) and by what Amazon said.",
        ),
        Panel(
            "From withdrawal to Amazon",
            "s",
            tuple(
                Query(
                    f"histogram_quantile({q},"
                    " sum by (le) (rate(mercarich_feed_push_latency_seconds_bucket{NS}[5m])))",
                    f"p{q * 100:.0f}",
                )
                for q in (0.5, 0.95, 0.99)
            ),
            text="From the commit of a withdrawal to Amazon's acceptance of its PATCH.",
        ),
        Panel(
            "Open feeds",
            "short",
            (Query("max(mercarich_feed_open_feeds{NS})", "feeds"),),
            text="Documents of many changes that Amazon works on.",
        ),
        Panel(
            "Jobs that Amazon stopped",
            "ops",
            (Query("sum by (kind) (rate(mercarich_feed_amazon_troubles_total{NS}[5m]))", "{{kind}}"),),
            text="Absent while Amazon has stopped none.",
        ),
        Panel(
            "Refused tokens and credentials in an hour",
            "short",
            (Query("sum by (kind) (increase(mercarich_feed_token_errors_total{NS}[1h]))", "{{kind}}"),),
            thresholds=(1,),
            text="A seller's token, or the application's credentials. Nothing is pushed with them.",
        ),
        Panel(
            "Deleted offers that Amazon shows again, a day",
            "short",
            (Query("sum by (done) (increase(mercarich_feed_deleted_offers_came_back_total{NS}[1d]))", "{{done}}"),),
            text="By what is done. Absent before the first.",
        ),
        Panel(
            "Sellers back from Amazon's consent page, a day",
            "short",
            (Query("sum by (outcome) (increase(mercarich_feed_links_total{NS}[1d]))", "{{outcome}}"),),
            text="Absent before the first.",
        ),
        Panel(
            "Sellers by verdict of the last check of all tokens",
            "short",
            (Query("max by (verdict) (mercarich_feed_token_check_sellers{NS})", "{{verdict}}"),),
            "stat",
            "Absent before the first check.",
        ),
        Panel(
            "Since the last check of all tokens",
            "s",
            (Query("time() - max(mercarich_feed_token_check_timestamp_seconds{NS} > 0)", "check"),),
            "stat",
            "Absent before the first check.",
        ),
        ACCOUNTS,
        Panel(
            "Application's credentials refused",
            "short",
            (Query("max(mercarich_feed_app_credentials_refused{NS})", "refused"),),
            "stat",
            thresholds=(1,),
            text="1: Amazon refuses the application's own credentials, and all work rests.",
        ),
    ),
)
