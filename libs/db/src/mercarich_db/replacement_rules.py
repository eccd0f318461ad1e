"""A seller's rules for replacements: the general settings, overridden by their own, and their exclusions."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection, select

from mercarich_contracts.market import Marketplace
from mercarich_db import loss_rules, settings_store
from mercarich_db.tables import excluded_sellers, excluded_words
from mercarich_db.tables.revivals import EVERYONE
from mercarich_replacements.matching import DEFAULT, SEED, MatchRules
from mercarich_replacements.rules import Rules, read_conditions

KEYS = (*(key for key in settings_store.DEFINITIONS if key.startswith("REVIVAL_")), *loss_rules.RULE_KEYS)


def rules_of(connection: Connection, user_id: int, instead: Mapping[str, str] | None = None) -> Rules:
    """Return a seller's rules. `instead` overrides their own values, to try out others."""
    values = settings_store.values_of(connection, user_id, KEYS, instead)
    sellers, words = exclusions_of(connection, user_id)
    return replace(_rules(values), banned_sellers=sellers, banned_words=words)


def exclusions_of(connection: Connection, user_id: int) -> tuple[frozenset[tuple[Marketplace, str]], tuple[str, ...]]:
    """Return the source sellers and the words that the operator or the seller has excluded."""
    sellers = select(excluded_sellers.c.marketplace, excluded_sellers.c.seller_id)
    rows = connection.execute(sellers.where(excluded_sellers.c.user_id.in_((EVERYONE, user_id))))
    return frozenset((Marketplace(row.marketplace), row.seller_id) for row in rows), banned_words(connection, user_id)


def banned_words(connection: Connection, user_id: int) -> tuple[str, ...]:
    """Return the words that the operator or the seller has excluded."""
    words = select(excluded_words.c.word).distinct().where(excluded_words.c.user_id.in_((EVERYONE, user_id)))
    return tuple(sorted(connection.execute(words).scalars()))


def _rules(values: settings_store.Values) -> Rules:
    return Rules(
        days=values.integer("REVIVAL_DAYS"),
        candidates=values.integer("REVIVAL_CANDIDATES"),
        match=_match(values),
        least_rating=values.integer("REVIVAL_LEAST_RATING"),
        price_factor=values.number("REVIVAL_PRICE_FACTOR"),
        title_length=values.integer("REVIVAL_TITLE_LENGTH"),
        ignored_origins=tuple(values.text("REVIVAL_IGNORED_ORIGINS").split()),
        ship_days=values.integer("REVIVAL_SHIP_DAYS"),
        lead_days=values.integer("REVIVAL_LEAD_DAYS"),
        quantity_cap=values.integer("REVIVAL_QUANTITY_CAP"),
        other_marketplace=values.text("REVIVAL_OTHER_MARKETPLACE") == "on",
        other_conditions=read_conditions(values.text("REVIVAL_OTHER_CONDITIONS")),
        break_even=values.text("REVIVAL_PRICE_RULE") == "break_even",
        fee_percent=values.number("REVIVAL_FEE_PERCENT"),
        costs_jpy=values.integer("REVIVAL_COSTS"),
        unknown_postage_jpy=values.integer("REVIVAL_UNKNOWN_POSTAGE_JPY"),
        loss=loss_rules.rule(values),
        ask_first=values.text("REVIVAL_ASK_FIRST") == "on",
    )


def _match(values: settings_store.Values) -> MatchRules:
    """Return the named set of thresholds, overridden by thresholds that are set individually."""
    if values.text("REVIVAL_MATCH") == SEED.name:
        return replace(
            SEED,
            least_quick=values.number("REVIVAL_LEAST_QUICK"),
            least_share=values.number("REVIVAL_LEAST_SHARE_SEED"),
        )
    return replace(
        DEFAULT,
        least_share=values.number("REVIVAL_LEAST_SHARE"),
        least_inliers=values.integer("REVIVAL_LEAST_INLIERS"),
        most_colour_distance=values.number("REVIVAL_MOST_COLOUR"),
        most_changed_share=values.number("REVIVAL_MOST_CHANGED"),
        most_odd_share=values.number("REVIVAL_MOST_ODD"),
        most_odd_share_in_volumes=values.number("REVIVAL_MOST_ODD_IN_VOLUMES"),
        titles_must_agree=values.text("REVIVAL_TITLES_AGREE") == "on",
    )
