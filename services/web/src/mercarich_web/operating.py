"""The composition root of the operator's pages."""

from collections.abc import Sequence

from fastapi import APIRouter
from sqlalchemy import Engine

from mercarich_contracts.market import Marketplace
from mercarich_contracts.schedule import SCHEDULE
from mercarich_platform.clock import Clock
from mercarich_platform.settings import SharedSettings
from mercarich_web.accounts.invitations import Invitations
from mercarich_web.identity.passwords import Argon2Passwords
from mercarich_web.identity.sql.audit import SqlAudit
from mercarich_web.identity.sql.people import SqlPeople
from mercarich_web.marketplaces import pages as markets
from mercarich_web.marketplaces.proxies_http import HttpProxies
from mercarich_web.marketplaces.sql import SqlItems
from mercarich_web.marketplaces.steering import MarketDesk
from mercarich_web.runs.history import BrowseRuns
from mercarich_web.runs.holding import BrowseHolds, ReleaseHold
from mercarich_web.runs.pages import holds, runs
from mercarich_web.runs.showing import ShowRun
from mercarich_web.runs.sql.history import SqlRunHistory
from mercarich_web.runs.sql.hold_history import SqlHoldHistory
from mercarich_web.runs.sql.holds import SqlHolds
from mercarich_web.runs.sql.runs import SqlRuns
from mercarich_web.schedule import pages as schedule
from mercarich_web.schedule.sql import SqlSchedules
from mercarich_web.schedule.timetable import Timetable
from mercarich_web.sellers.audit_log import BrowseAudit
from mercarich_web.sellers.pages import audit, sellers, tokens
from mercarich_web.sellers.sql.accounts import SqlSellerAccounts
from mercarich_web.sellers.sql.audit_log import SqlAuditLog
from mercarich_web.sellers.sql.token_verdicts import SqlTokenVerdicts
from mercarich_web.sellers.steering import BrowseTokens, SellerDesk
from mercarich_web.settings import PagesSettings
from mercarich_web.site.rendering import Site
from mercarich_web.system_settings import pages as settings
from mercarich_web.system_settings.changing import GetSetting, ListSettings, SetSetting, ShowSettingHistory
from mercarich_web.system_settings.sql import SqlSettings
from mercarich_web.workers.dead_letters import DeadLetterDesk
from mercarich_web.workers.dead_letters_kafka import KafkaDeadLetters
from mercarich_web.workers.pages import dead_letters, pools
from mercarich_web.workers.pools_kafka import KafkaPools
from mercarich_web.workers.sql import SqlPools
from mercarich_web.workers.steering import PoolDesk
from mercarich_web.workers.waiting import ShowQueues


def operating(
    engine: Engine, site: Site, shared: SharedSettings, own: PagesSettings, now: Clock
) -> Sequence[APIRouter]:
    settings_book = SqlSettings(engine)
    queues = ShowQueues(KafkaPools(shared.kafka_bootstrap), SqlRuns(engine))
    urls = {Marketplace.YAHOO.value: own.yahoo_proxy_url, Marketplace.MERCARI.value: own.mercari_proxy_url}
    set_setting = SetSetting(settings_book, now)
    desk = MarketDesk(settings_book, SqlItems(engine), HttpProxies(urls), set_setting)
    hold_book, run_book, log = SqlHolds(engine), SqlRuns(engine), SqlAudit(engine)
    inviting = Invitations(SqlPeople(engine), Argon2Passwords(), log, now)
    letters = DeadLetterDesk(KafkaDeadLetters(shared.kafka_bootstrap), log, now)
    return [
        pools.routes(site, PoolDesk(SqlPools(engine), settings_book, now), queues),
        runs.routes(site, BrowseRuns(SqlRunHistory(engine)), ShowRun(run_book, hold_book)),
        holds.routes(site, BrowseHolds(hold_book, SqlHoldHistory(engine)), ReleaseHold(hold_book, now)),
        schedule.routes(site, Timetable(SqlSchedules(engine), SCHEDULE, now)),
        markets.routes(site, desk),
        settings.routes(
            site,
            ListSettings(settings_book),
            GetSetting(settings_book),
            set_setting,
            ShowSettingHistory(settings_book),
        ),
        sellers.routes(site, SellerDesk(SqlSellerAccounts(engine), now), inviting, own.public_url),
        tokens.routes(site, BrowseTokens(SqlTokenVerdicts(engine))),
        dead_letters.routes(site, letters),
        audit.routes(site, BrowseAudit(SqlAuditLog(engine))),
    ]
