"""The composition root of the pages: settings in, an application out."""

from contextlib import ExitStack

from fastapi import FastAPI
from sqlalchemy import Engine

from mercarich_contracts.schedule import SCHEDULE
from mercarich_db import engine as engines
from mercarich_platform.clock import Clock, utc_now
from mercarich_platform.settings import SharedSettings
from mercarich_web import docs_page as docs
from mercarich_web.accounts.entrance import entrance
from mercarich_web.accounts.pages import joining
from mercarich_web.amazon import pages as amazon
from mercarich_web.amazon.account import ConsentPage
from mercarich_web.amazon.linking import LinkAmazon, ShowAmazon
from mercarich_web.amazon.sql import SqlAmazonBook
from mercarich_web.creations import api as creations_api
from mercarich_web.creations import pages as creations
from mercarich_web.creations.sql import SqlCreations
from mercarich_web.database import SqlTogether
from mercarich_web.differences import api as differences_api
from mercarich_web.differences import pages as differences
from mercarich_web.differences.sql.differences import SqlDifferences
from mercarich_web.differences.wiring import ask_amazon
from mercarich_web.home import pages as home
from mercarich_web.home.assembly import ShowHome, TellFortnight
from mercarich_web.home.sql import SqlSellersDesk
from mercarich_web.identity.passwords import Argon2Passwords
from mercarich_web.identity.sql.audit import SqlAudit
from mercarich_web.identity.sql.sessions import SqlTries
from mercarich_web.jobs import api as jobs_api
from mercarich_web.jobs import pages as jobs
from mercarich_web.jobs.wiring import job_desk
from mercarich_web.listings import api as listings_api
from mercarich_web.listings.browsing import FindListing, ShowPicture, TellStory
from mercarich_web.listings.bulk import ChangeMany
from mercarich_web.listings.editing import EditListing
from mercarich_web.listings.feed_kafka import KafkaFeed
from mercarich_web.listings.figures_cache import FiguresCache
from mercarich_web.listings.limits import LimitLoss
from mercarich_web.listings.looks_kafka import KafkaLooks
from mercarich_web.listings.pages import actions as bulk
from mercarich_web.listings.pages import edits, limits, listings, of_sellers
from mercarich_web.listings.pages import prices as price_pages
from mercarich_web.listings.pages import progress as change_progress
from mercarich_web.listings.pages import sources as source_pages
from mercarich_web.listings.prices import SetPrices
from mercarich_web.listings.sources import ChooseSource
from mercarich_web.listings.sql.actions import SqlBulk
from mercarich_web.listings.sql.book import SqlListingBook
from mercarich_web.listings.sql.demand import SqlDemands
from mercarich_web.listings.sql.edits import SqlEdits
from mercarich_web.listings.sql.exposure import SqlExposures
from mercarich_web.listings.sql.limits import SqlLimits
from mercarich_web.listings.sql.offers import SqlOffers
from mercarich_web.listings.sql.outcomes import SqlOutcomes
from mercarich_web.listings.sql.prices import SqlPrices
from mercarich_web.listings.sql.progress import SqlProgress
from mercarich_web.listings.sql.sources import SqlSources
from mercarich_web.listings.sql.stories import SqlListingFile
from mercarich_web.listings.views import Figures
from mercarich_web.marketplaces import wiring as marketplaces
from mercarich_web.notices.wiring import FirstKinds, notice_pages
from mercarich_web.openapi import api
from mercarich_web.orders import api as orders_api
from mercarich_web.orders import pages as orders
from mercarich_web.orders.sql.decisions import SqlDecisions
from mercarich_web.orders.sql.orders import SqlOrders
from mercarich_web.orders.sql.profit import SqlProfits
from mercarich_web.overview.wiring import measuring, show_overview
from mercarich_web.pictures.files import PictureFiles
from mercarich_web.replacements import api as replacements_api
from mercarich_web.replacements.deciding_all import DecideAll
from mercarich_web.replacements.deciding_by_link import DecideByLink
from mercarich_web.replacements.exclusion_changes import ExclusionDesk
from mercarich_web.replacements.pages import links, replacements, rules
from mercarich_web.replacements.rule_changes import RuleDesk
from mercarich_web.replacements.sql.by_rule import SqlApprovalTrials
from mercarich_web.replacements.sql.exclusions import SqlExclusions
from mercarich_web.replacements.sql.links import SqlDecisionLinks
from mercarich_web.replacements.sql.proposals import SqlProposals
from mercarich_web.replacements.sql.rule_trials import SqlTrials
from mercarich_web.replacements.sql.rules import SqlRules
from mercarich_web.replacements.sql.waiting import SqlWaiting
from mercarich_web.runs import wiring as runs
from mercarich_web.runs.sql.holds import SqlHolds
from mercarich_web.schedule import wiring as schedule
from mercarich_web.schedule.sql import SqlSchedules
from mercarich_web.sellers import wiring as sellers
from mercarich_web.settings import PagesSettings
from mercarich_web.site.app import THREADS, create_app
from mercarich_web.site.rendering import make_site
from mercarich_web.system_settings import wiring as system_settings
from mercarich_web.taking_over import api as taking_over_api
from mercarich_web.taking_over import pages as taking_over
from mercarich_web.taking_over.wiring import offer_desk
from mercarich_web.troubles import api as status_api
from mercarich_web.troubles.sql import SqlMeasures
from mercarich_web.troubles.telling import TellTroubles
from mercarich_web.words import SHOWN
from mercarich_web.workers import wiring as workers

CONNECTIONS = THREADS // 2
"""Upper bound of one process's database connections: requests spend about half of their time elsewhere."""


def build_pages(
    shared: SharedSettings,
    own: PagesSettings,
    *,
    mails: bool = False,
    now: Clock = utc_now,
    passwords: Argon2Passwords | None = None,
) -> FastAPI:
    """Build the application. `mails`: the process of notices has a mail server. Raises `BadConfiguration` when the
    database's address cannot be parsed."""
    engine = engines.create(shared.database, pool_size=CONNECTIONS)
    end = ExitStack()
    end.callback(engine.dispose)
    desk = end.enter_context(job_desk(engine, shared, now))
    site = make_site(SHOWN, https=own.public_url.startswith("https://"))
    people = entrance(engine, site, shared, own, now, passwords)
    book, holds, together = SqlListingBook(engine), SqlHolds(engine), SqlTogether(engine)
    feed = KafkaFeed(shared.kafka)
    end.callback(feed.close)
    shop = FiguresCache(book.shop)
    end.callback(shop.close)

    def figures(user_id: int) -> Figures:
        return shop(user_id).figures

    desk_of_home, orders_of = SqlSellersDesk(engine), SqlOrders(engine)
    exposures, demands = SqlExposures(engine), SqlDemands(engine)
    outcomes = SqlOutcomes(engine)
    fortnight = FiguresCache(TellFortnight(exposures, demands, outcomes, desk_of_home, orders_of, shop, now))
    end.callback(fortnight.close)
    file = SqlListingFile(engine)
    tell_story = TellStory(file, SqlOffers(engine), holds, together, now)
    looks = KafkaLooks(shared.kafka)
    end.callback(looks.close)
    change = ChangeMany(SqlBulk(engine), feed, looks, people.audit, now)
    choose, limit, edit = (
        ChooseSource(SqlSources(engine), feed, looks, people.audit, now),
        LimitLoss(SqlLimits(engine), people.audit, now),
        EditListing(SqlEdits(engine), people.audit, now),
    )
    set_prices = SetPrices(SqlPrices(engine), people.audit, now)
    proposals, waiting = SqlProposals(engine, now), SqlWaiting(engine, now)
    differing, ask = SqlDifferences(engine), ask_amazon(engine, people.audit, now)
    decisions, profits, creating = SqlDecisions(engine, now), SqlProfits(engine), SqlCreations(engine, now)
    at_amazon = offer_desk(engine, people.audit, desk.start_import, now)
    tell_troubles = TellTroubles(SqlMeasures(engine), now)
    measure = measuring(engine, shared, own, now)
    end.callback(measure.stop)
    of_api = api(
        listings_api.routes(people.keys, book, tell_story, edit),
        listings_api.sources(people.keys, choose),
        listings_api.edits(people.keys, edit),
        listings_api.changes(people.keys, change, limit, set_prices),
        replacements_api.decisions(people.keys, waiting, proposals),
        differences_api.routes(people.keys, differing, ask),
        orders_api.routes(people.keys, orders_of, decisions, profits, now, together),
        jobs_api.routes(people.keys, desk),
        taking_over_api.routes(people.keys, at_amazon),
        creations_api.routes(people.keys, creating),
        status_api.routes(people.keys, tell_troubles),
    )
    routers = [
        home.routes(
            site,
            ShowHome(
                figures,
                fortnight.known,
                desk_of_home,
                orders_of,
                SCHEDULE,
                SqlSchedules(engine),
                tell_troubles,
                together,
                now,
            ),
            fortnight,
            show_overview(engine, now),
        ),
        amazon.routes(site, ShowAmazon(SqlAmazonBook(engine), book, figures), _linking(engine, own, people.audit, now)),
        taking_over.routes(site, at_amazon),
        differences.routes(site, differing, ask),
        orders.routes(site, orders_of, decisions, profits, together),
        change_progress.routes(site, SqlProgress(engine)),
        bulk.routes(site, change, people.door),
        limits.routes(site, limit),
        edits.routes(site, edit),
        source_pages.routes(site, choose),
        price_pages.routes(site, set_prices),
        creations.routes(site, creating),
        listings.routes(site, book, figures, tell_story, ShowPicture(file, PictureFiles(shared.pictures_folder))),
        of_sellers.routes(site, tell_story, FindListing(file)),
        replacements.routes(site, waiting, proposals, DecideAll(waiting, proposals)),
        jobs.routes(site, desk, own.public_url),
        rules.routes(
            site,
            RuleDesk(
                SqlRules(engine),
                SqlTrials(engine),
                SqlApprovalTrials(engine),
                lambda user_id: figures(user_id).on_sale,
                now,
            ),
            ExclusionDesk(SqlExclusions(engine)),
        ),
        links.routes(
            site,
            DecideByLink(SqlDecisionLinks(engine, now), SqlTries(engine), people.key, now),
            waiting,
            ShowPicture(file, PictureFiles(shared.pictures_folder)),
        ),
        *people.routers,
        *notice_pages(engine, site, people.key, people.audit, own, now),
        joining.routes(site, people.door, people.invitations, FirstKinds()),
        of_api,
        *([docs.routes(site, of_api)] if own.docs else []),
        *workers.pages(engine, shared, site, now),
        *runs.pages(engine, site, now),
        *schedule.pages(engine, site, now),
        *marketplaces.pages(engine, own, site, now),
        *system_settings.pages(engine, site, now),
        *sellers.pages(engine, own.public_url, site, now, mails=mails),
    ]
    app = create_app(site, people.door, routers, own=own, end=end.close)
    app.state.api, app.state.open_key, app.state.measuring = of_api, people.key.open, measure

    def forget(user_id: int) -> None:
        shop.forget(user_id)
        fortnight.forget(user_id)

    app.state.changes = forget
    return app


def _linking(engine: Engine, own: PagesSettings, audit: SqlAudit, now: Clock) -> LinkAmazon:
    page = ConsentPage(own.amazon_consent_url, own.amazon_application_id, own.amazon_redirect_uri)
    return LinkAmazon(SqlAmazonBook(engine), page, audit, now)
