"""The composition root of the pages: settings in, an application out."""

from contextlib import ExitStack

from fastapi import FastAPI
from sqlalchemy import Engine

from mercarich_contracts.schedule import SCHEDULE
from mercarich_db import engine as engines
from mercarich_platform.clock import Clock, utc_now
from mercarich_platform.settings import SharedSettings
from mercarich_web.adapters.amazon_sql import SqlAmazonBook
from mercarich_web.adapters.bulk_sql import SqlBulk
from mercarich_web.adapters.database import SqlTogether
from mercarich_web.adapters.exclusions_sql import SqlExclusions
from mercarich_web.adapters.exposure_sql import SqlExposures
from mercarich_web.adapters.feed_kafka import KafkaFeed
from mercarich_web.adapters.figures_cache import FiguresCache
from mercarich_web.adapters.hold_history_sql import SqlHoldHistory
from mercarich_web.adapters.holds_sql import SqlHolds
from mercarich_web.adapters.listing_book_sql import SqlListingBook
from mercarich_web.adapters.listing_file_sql import SqlListingFile
from mercarich_web.adapters.looks_kafka import KafkaLooks
from mercarich_web.adapters.offers_sql import SqlOffers
from mercarich_web.adapters.picture_files import PictureFiles
from mercarich_web.adapters.proposals_sql import SqlProposals
from mercarich_web.adapters.rule_trials_sql import SqlTrials
from mercarich_web.adapters.rules_sql import SqlRules
from mercarich_web.adapters.run_history_sql import SqlRunHistory
from mercarich_web.adapters.schedules_sql import SqlSchedules
from mercarich_web.adapters.sellers_desk_sql import SqlSellersDesk
from mercarich_web.adapters.settings_sql import SqlPools, SqlSettings
from mercarich_web.adapters.stock_sql import SqlStock
from mercarich_web.adapters.token_verdicts_sql import SqlTokenVerdicts
from mercarich_web.api.document import api
from mercarich_web.bootstrap_jobs import job_desk
from mercarich_web.bootstrap_notices import notice_pages
from mercarich_web.bootstrap_operating import operating
from mercarich_web.bootstrap_people import entrance
from mercarich_web.domain.amazon import ConsentPage
from mercarich_web.domain.listings import Figures
from mercarich_web.pages import amazon, bulk, docs, home, jobs, listings, replacements, rules
from mercarich_web.ports_people import Audit, Passwords
from mercarich_web.settings import PagesSettings
from mercarich_web.site.app import THREADS, create_app
from mercarich_web.site.rendering import make_site
from mercarich_web.use_cases.amazon import LinkAmazon, ShowAmazon
from mercarich_web.use_cases.bulk import ChangeMany
from mercarich_web.use_cases.exclusions import ExclusionDesk
from mercarich_web.use_cases.home import ShowHome, TellFortnight
from mercarich_web.use_cases.listings import BrowseListings, ShowPicture, TellStory
from mercarich_web.use_cases.overview import ShowOverview
from mercarich_web.use_cases.replacements import ReplacementDesk
from mercarich_web.use_cases.rules import RuleDesk

CONNECTIONS = THREADS // 2
"""To the database, of one process at most: requests spend about half of their time elsewhere."""


def build_pages(
    shared: SharedSettings, own: PagesSettings, *, now: Clock = utc_now, passwords: Passwords | None = None
) -> FastAPI:
    """Raises `BadConfiguration` when the database's address cannot be read."""
    engine = engines.create(shared.database, pool_size=CONNECTIONS)
    end = ExitStack()
    end.callback(engine.dispose)
    desk = end.enter_context(job_desk(engine, shared, now))
    site = make_site(https=own.public_url.startswith("https://"))
    people = entrance(engine, site, shared, own, now, passwords)
    book, holds, together = SqlListingBook(engine), SqlHolds(engine), SqlTogether(engine)
    overview = ShowOverview(
        SqlRunHistory(engine),
        SqlStock(engine),
        SqlHoldHistory(engine),
        SqlSchedules(engine),
        SqlPools(engine),
        SqlSettings(engine),
        SqlTokenVerdicts(engine),
        SCHEDULE,
        now,
    )
    feed = KafkaFeed(shared.kafka_bootstrap)
    end.callback(feed.close)
    shop = FiguresCache(book.shop)
    end.callback(shop.close)

    def figures(user_id: int) -> Figures:
        return shop(user_id).figures

    sellers = SqlSellersDesk(engine)
    fortnight = FiguresCache(TellFortnight(SqlExposures(engine), sellers, shop, now))
    end.callback(fortnight.close)
    browse = BrowseListings(book, figures)
    file = SqlListingFile(engine)
    tell_story = TellStory(file, SqlOffers(engine), holds, together, now)
    looks = KafkaLooks(shared.kafka_bootstrap)
    end.callback(looks.close)
    change = ChangeMany(SqlBulk(engine), feed, looks, people.audit, now)
    proposals = ReplacementDesk(SqlProposals(engine), now)
    of_api = api(people.keys, browse, tell_story, desk, change, proposals)
    routers = [
        home.routes(
            site,
            ShowHome(figures, fortnight.known, sellers, SCHEDULE, SqlSchedules(engine), together, now),
            fortnight,
            overview,
        ),
        amazon.routes(site, ShowAmazon(SqlAmazonBook(engine), book, figures), _linking(engine, own, people.audit, now)),
        bulk.routes(site, change),
        listings.routes(site, browse, tell_story, ShowPicture(file, PictureFiles(shared.pictures_folder))),
        replacements.routes(site, proposals),
        jobs.routes(site, desk),
        rules.routes(
            site, RuleDesk(SqlRules(engine), SqlTrials(engine), figures, now), ExclusionDesk(SqlExclusions(engine))
        ),
        *people.routers,
        *notice_pages(engine, site, people.key, people.audit, own, now),
        of_api,
        *([docs.routes(site, of_api)] if own.docs else []),
        *operating(engine, site, shared, own, now),
    ]
    app = create_app(site, people.door, routers, own=own, end=end.close)
    app.state.api, app.state.open_key = of_api, people.key.open

    def forget(user_id: int) -> None:
        shop.forget(user_id)
        fortnight.forget(user_id)

    app.state.changes = forget
    return app


def _linking(engine: Engine, own: PagesSettings, audit: Audit, now: Clock) -> LinkAmazon:
    page = ConsentPage(own.amazon_consent_url, own.amazon_application_id, own.amazon_redirect_uri)
    return LinkAmazon(SqlAmazonBook(engine), page, audit, now)
