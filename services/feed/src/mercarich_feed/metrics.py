"""The service's Prometheus objects."""

from prometheus_client import Counter, Gauge, Histogram

PUSHES = Counter("mercarich_feed_pushes", "SKUs pushed to Amazon, by lane and outcome", ["lane", "outcome"])
PUSH_SECONDS = Histogram(
    "mercarich_feed_push_latency_seconds",
    "From a withdrawal's commit to Amazon's acceptance by the patch lane",
    buckets=(0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800),
)
TROUBLES = Counter("mercarich_feed_amazon_troubles", "Jobs that Amazon stopped, by kind", ["kind"])
CAME_BACK = Counter(
    "mercarich_feed_deleted_offers_came_back", "Deleted offers that Amazon shows again, by what is done", ["done"]
)
TOKEN_ERRORS = Counter("mercarich_feed_token_errors", "Refused tokens and credentials, by kind", ["kind"])
APP_CREDENTIALS_REFUSED = Gauge(
    "mercarich_feed_app_credentials_refused", "1 while Amazon refuses the application's credentials: all work rests"
)
SECRET_EXPIRES_AT = Gauge(
    "mercarich_feed_lwa_secret_expires_timestamp_seconds",
    "When Amazon ends the application's secret, Unix time; 0 when FEED_LWA_SECRET_CREATED is not set",
)
TOKEN_CHECK_AT = Gauge(
    "mercarich_feed_token_check_timestamp_seconds", "When the last check of all tokens began, Unix time"
)
TOKEN_CHECK_STOPPED = Gauge(
    "mercarich_feed_token_check_stopped", "1 while the last check of all tokens ended at the application's credentials"
)
TOKEN_VERDICTS = Gauge("mercarich_feed_token_check_sellers", "Sellers by verdict of the last check", ["verdict"])
PENDING = Gauge("mercarich_feed_pending_listings", "Listings that wait to be pushed, by kind", ["kind"])
EXPOSED = Gauge(
    "mercarich_feed_exposed_listings", "Withdrawals that cannot be delivered: no account, or its token is refused"
)
DIFFERING = Gauge(
    "mercarich_feed_differing_listings",
    "Listings that Amazon shows otherwise than the books say, deleted ones too, by kind",
    ["kind"],
)
DIFFERING_SECONDS = Gauge(
    "mercarich_feed_differing_age_seconds",
    "Time since the oldest difference of a kind was first seen; 0: there is none",
    ["kind"],
)
READ_OVERDUE = Gauge(
    "mercarich_feed_read_overdue_seconds",
    "Time since the read of Amazon that has waited longest became due; 0: none waits",
)
CREATIONS = Counter(
    "mercarich_feed_creations",
    "New offers that ended, by outcome: sold by Amazon or taken over, or refused",
    ["outcome"],
)
PRICES = Counter(
    "mercarich_feed_prices",
    "Prices that follow their source, by outcome: changed at Amazon, overtaken, or stopped with a reason",
    ["outcome"],
)
PRICES_OPEN = Gauge("mercarich_feed_open_prices", "Prices that are on their way to Amazon, by state", ["state"])
PRICES_SECONDS = Gauge(
    "mercarich_feed_open_price_age_seconds",
    "Time since the oldest price was asked for that is on its way to Amazon; 0: there is none",
)
CREATING = Gauge("mercarich_feed_open_creations", "New offers that are not on sale yet, by state", ["state"])
CREATING_SECONDS = Gauge(
    "mercarich_feed_open_creation_age_seconds",
    "Time since the oldest new offer was sent that Amazon does not sell yet; 0: there is none",
)
ORDERS = Counter("mercarich_feed_orders", "Items of orders that were read for the first time, since reads began")
ORDER_SECONDS = Histogram(
    "mercarich_feed_order_read_latency_seconds",
    "From an order at Amazon to its first read",
    buckets=(10, 30, 60, 120, 180, 300, 600, 1800, 3600, 21600),
)
ORDER_HINTS = Counter(
    "mercarich_feed_order_hints", "Messages of the queue of changed orders, by what came of them", ["outcome"]
)
ORDER_QUEUE_AWAY = Gauge(
    "mercarich_feed_order_queue_away",
    "1 while the queue of changed orders cannot be read, by the worker that leads",
)
ORDERS_OVERDUE = Gauge(
    "mercarich_feed_order_read_overdue_seconds",
    "Time since orders were to be read, of the seller who has waited longest; 0: nobody waits",
)
ORDERS_UNREAD = Gauge(
    "mercarich_feed_unread_orders_sellers",
    "Sellers whose orders could not be read at the last try, by reason: forbidden by Amazon, or trouble",
    ["reason"],
)
UNSEEN_SECONDS = Gauge(
    "mercarich_feed_ordered_unseen_seconds",
    "Time since the read of the order that has waited longest for a look at its source; 0: none waits",
)
LATE_ORDERS = Gauge(
    "mercarich_feed_late_orders",
    "Paid orders still to be shipped after the time that Amazon has told, of sellers whose orders are read",
)
OFFER_READS = Counter("mercarich_feed_offer_reads", "Reads of all offers of a seller, by outcome", ["outcome"])
OFFER_READ_SECONDS = Histogram(
    "mercarich_feed_offer_read_seconds",
    "From the wish to read all offers of a seller to the last of them",
    buckets=(15, 30, 60, 120, 180, 300, 600, 1800, 3600, 10800),
)
FEES_WAITING = Gauge(
    "mercarich_feed_fee_estimates_waiting",
    "Offers of which Amazon is to be asked for its fee",
)
FEES_REFUSED = Gauge(
    "mercarich_feed_fee_estimates_refused",
    "Offers of which Amazon gave no estimate of its fee when it was asked last",
)
FEES_AGE = Gauge(
    "mercarich_feed_fee_estimate_age_seconds",
    "Time since the oldest estimate of a fee was made; 0: there is none",
)
OPEN_FEEDS = Gauge("mercarich_feed_open_feeds", "Feeds that have not ended")
UNVERIFIED = Gauge(
    "mercarich_feed_unverified_listings",
    "What was not looked at since a restore of the database, by kind: offers at 0, sources, other offers",
    ["kind"],
)
LINKS = Counter("mercarich_feed_links", "Sellers who came back from Amazon's consent page, by outcome", ["outcome"])
