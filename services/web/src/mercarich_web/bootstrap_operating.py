"""The composition root of the operator's pages."""

from collections.abc import Sequence

from fastapi import APIRouter
from sqlalchemy import Engine

from mercarich_contracts.market import Marketplace
from mercarich_contracts.schedule import SCHEDULE
from mercarich_platform.clock import Clock
from mercarich_platform.settings import SharedSettings
from mercarich_web.adapters.audit_log_sql import SqlAuditLog
from mercarich_web.adapters.dead_letters_kafka import KafkaDeadLetters
from mercarich_web.adapters.hold_history_sql import SqlHoldHistory
from mercarich_web.adapters.holds_sql import SqlHolds
from mercarich_web.adapters.known_items_sql import SqlItems
from mercarich_web.adapters.passwords import Argon2Passwords
from mercarich_web.adapters.people_sql import SqlAudit, SqlPeople
from mercarich_web.adapters.pools_kafka import KafkaPools
from mercarich_web.adapters.proxies_http import HttpProxies
from mercarich_web.adapters.run_history_sql import SqlRunHistory
from mercarich_web.adapters.runs_sql import SqlRuns
from mercarich_web.adapters.schedules_sql import SqlSchedules
from mercarich_web.adapters.seller_accounts_sql import SqlSellerAccounts
from mercarich_web.adapters.settings_sql import SqlPools, SqlSettings
from mercarich_web.adapters.token_verdicts_sql import SqlTokenVerdicts
from mercarich_web.pages.operating import (
    audit,
    dead_letters,
    holds,
    markets,
    pools,
    runs,
    schedule,
    sellers,
    settings,
    tokens,
)
from mercarich_web.settings import PagesSettings
from mercarich_web.site.rendering import Site
from mercarich_web.use_cases.audit import BrowseAudit
from mercarich_web.use_cases.dead_letters import DeadLetterDesk
from mercarich_web.use_cases.holds import BrowseHolds, ReleaseHold
from mercarich_web.use_cases.invitations import Invitations
from mercarich_web.use_cases.markets import MarketDesk
from mercarich_web.use_cases.pools import PoolDesk
from mercarich_web.use_cases.queues import ShowQueues
from mercarich_web.use_cases.run_history import BrowseRuns
from mercarich_web.use_cases.runs import ShowRun
from mercarich_web.use_cases.schedules import Timetable
from mercarich_web.use_cases.sellers import BrowseTokens, SellerDesk
from mercarich_web.use_cases.settings import GetSetting, ListSettings, SetSetting, ShowSettingHistory


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
