"""One simulated world: everything that a request may read or change."""

from dataclasses import dataclass, field

from mercarich_simulator.amazon.buyers import Buyers
from mercarich_simulator.amazon.demand import demand
from mercarich_simulator.amazon.documents import Documents
from mercarich_simulator.amazon.feeds import Feeds
from mercarich_simulator.amazon.notifications import Notifications
from mercarich_simulator.amazon.offers import Offers
from mercarich_simulator.amazon.orders import Orders
from mercarich_simulator.amazon.products import Products
from mercarich_simulator.amazon.quotas import Quotas
from mercarich_simulator.amazon.reports import Reports
from mercarich_simulator.amazon.tokens import Tokens
from mercarich_simulator.catalogue import Catalogue
from mercarich_simulator.clock import SimClock
from mercarich_simulator.events import MarketEvents, settle_beginning
from mercarich_simulator.faults import Faults
from mercarich_simulator.mixed_market import MixedEvents
from mercarich_simulator.settings import SimulatorSettings
from mercarich_simulator.sites.dpop import DPoPVerifier
from mercarich_simulator.sites.look import Market
from mercarich_simulator.sites.yahoo_item import YahooItemPages
from mercarich_simulator.traffic import Traffic
from mercarich_simulator.truth import Truth


@dataclass(slots=True)
class World:
    """The state of one world. `begin` makes it; `settle` brings it up to the present before each request."""

    settings: SimulatorSettings
    clock: SimClock
    catalogue: Catalogue
    truth: Truth
    events: MarketEvents
    market: Market
    offers: Offers
    products: Products
    orders: Orders
    buyers: Buyers
    notifications: Notifications
    documents: Documents
    feeds: Feeds
    reports: Reports
    quotas: Quotas
    tokens: Tokens
    faults: Faults
    traffic: dict[str, Traffic]
    yahoo_pages: YahooItemPages
    dpop: DPoPVerifier
    feed_delays: list[float]
    """Simulated seconds that future feeds spend IN_QUEUE and IN_PROGRESS."""
    report_delays: list[float]
    """The same of future reports."""
    estimated_at: dict[tuple[str, str], float] = field(default_factory=dict)
    """When Amazon first told a seller its fee of an offer, by seller and SKU."""

    def settle(self) -> float:
        """Apply all events that are due, and return the market's time."""
        now = self.clock.now()
        self.events.settle(now)
        self.feeds.settle(now)
        self.reports.settle(now)
        self.buyers.settle(now)
        self.orders.settle(now)
        changed, self.orders.changed = self.orders.changed, []
        for number, at in changed:
            self.notifications.tell(number, at)
        return now

    def count(self, target: str, operation: str) -> None:
        self.traffic[target].count(operation, self.clock.wall())


def begin(settings: SimulatorSettings, clock: SimClock | None = None) -> World:
    """Return a world at its start."""
    clock = clock or SimClock(settings.start_at, settings.clock_mode, settings.speed)
    catalogue = Catalogue(settings, clock.now() if settings.start_at is None else settings.start_at)
    truth = Truth()
    settle_beginning(catalogue, truth)
    faults = Faults(settings.seed)
    offers, documents = Offers(catalogue), Documents(settings.seed)
    orders = Orders(offers, truth)
    mixed = MixedEvents(catalogue, truth, catalogue.start_at) if settings.market == "mixed" else None
    events = mixed or MarketEvents(catalogue, truth, catalogue.start_at)
    return World(
        settings=settings,
        clock=clock,
        catalogue=catalogue,
        truth=truth,
        events=events,
        market=Market(catalogue, truth, mixed),
        offers=offers,
        products=Products(catalogue),
        orders=orders,
        buyers=Buyers(offers, orders, events, demand(offers, mixed.fates if mixed else None), catalogue.start_at),
        notifications=Notifications(settings.seed),
        documents=documents,
        reports=Reports(),
        feeds=Feeds(offers, documents, faults.spoiler_of_messages(clock.wall), settings.gzip_reports),
        quotas=Quotas(settings.quota_factor),
        tokens=Tokens(catalogue),
        faults=faults,
        traffic={name: Traffic() for name in ("yahoo", "mercari", "lwa", "spapi")},
        yahoo_pages=YahooItemPages(settings.yahoo_page_bytes),
        dpop=DPoPVerifier(),
        feed_delays=[settings.feed_queue_seconds, settings.feed_process_seconds],
        report_delays=[settings.report_queue_seconds, settings.report_process_seconds],
    )
