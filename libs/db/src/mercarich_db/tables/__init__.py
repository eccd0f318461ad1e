"""The tables, SQLAlchemy Core. No behaviour; each comment says what a name does not."""

from mercarich_db.tables.budgets import egress_budgets
from mercarich_db.tables.capacity import capacities
from mercarich_db.tables.coverage import coverages
from mercarich_db.tables.creations import catalog_searches, listing_creations
from mercarich_db.tables.fees import listing_fees
from mercarich_db.tables.forecasts import forecast_outcomes
from mercarich_db.tables.found_offers import amazon_offer_reads, amazon_offers_found
from mercarich_db.tables.housekeeping import (
    deletions,
    listing_pictures,
    listing_removals,
    pictures_wanted,
    prunings,
    restorations,
    schedule_known,
    schedule_pauses,
    schedule_wishes,
    token_checks,
)
from mercarich_db.tables.jobs import job_files, job_problems, job_queries, job_rows, jobs
from mercarich_db.tables.measures import system_measures, system_samples
from mercarich_db.tables.metadata import metadata
from mercarich_db.tables.notices import (
    decision_links,
    notice_chats,
    notice_sendings,
    notice_ways,
    notices,
    push_subscriptions,
)
from mercarich_db.tables.offers import listing_events, listings, removed_offers
from mercarich_db.tables.orders import (
    order_decisions,
    order_items,
    order_reads,
    order_replacements,
    order_searches,
)
from mercarich_db.tables.people import amazon_accounts, amazon_links, users
from mercarich_db.tables.pools import pool_status
from mercarich_db.tables.repricing import repricings
from mercarich_db.tables.revivals import (
    excluded_sellers,
    excluded_words,
    revival_candidates,
    revival_pictures,
    revivals,
    seller_settings,
)
from mercarich_db.tables.runs import hold_releases, holds, run_absences, run_heads, run_sellers, runs
from mercarich_db.tables.settings import schedule_runs, settings, settings_history
from mercarich_db.tables.sign_in import (
    api_keys,
    audit_log,
    invitation_mails,
    invitations,
    logins,
    passkeys,
    recovery_codes,
    server_secrets,
    sessions,
    sign_in_failures,
)
from mercarich_db.tables.sources import evidence, hazard_cells, source_items
from mercarich_db.tables.submissions import submission_items, submissions

__all__ = [
    "amazon_accounts",
    "amazon_links",
    "amazon_offer_reads",
    "amazon_offers_found",
    "api_keys",
    "audit_log",
    "capacities",
    "catalog_searches",
    "coverages",
    "decision_links",
    "deletions",
    "egress_budgets",
    "evidence",
    "excluded_sellers",
    "excluded_words",
    "forecast_outcomes",
    "hazard_cells",
    "hold_releases",
    "holds",
    "invitation_mails",
    "invitations",
    "job_files",
    "job_problems",
    "job_queries",
    "job_rows",
    "jobs",
    "listing_creations",
    "listing_events",
    "listing_fees",
    "listing_pictures",
    "listing_removals",
    "listings",
    "logins",
    "metadata",
    "notice_chats",
    "notice_sendings",
    "notice_ways",
    "notices",
    "order_decisions",
    "order_items",
    "order_reads",
    "order_replacements",
    "order_searches",
    "passkeys",
    "pictures_wanted",
    "pool_status",
    "prunings",
    "push_subscriptions",
    "recovery_codes",
    "removed_offers",
    "repricings",
    "restorations",
    "revival_candidates",
    "revival_pictures",
    "revivals",
    "run_absences",
    "run_heads",
    "run_sellers",
    "runs",
    "schedule_known",
    "schedule_pauses",
    "schedule_runs",
    "schedule_wishes",
    "seller_settings",
    "server_secrets",
    "sessions",
    "settings",
    "settings_history",
    "sign_in_failures",
    "source_items",
    "submission_items",
    "submissions",
    "system_measures",
    "system_samples",
    "token_checks",
    "users",
]
