"""Alerts about changes on their way to Amazon."""

from tools.alerts.rule import Alert, Case

_INVALID = 'max by (namespace) (mercarich_amazon_accounts{verdict="invalid"}%s)'

_ACCOUNTS = 'mercarich_amazon_accounts{verdict="invalid"}'


def _pushes(outcome: str, values: str) -> dict[str, str]:
    return {f'mercarich_feed_pushes_total{{lane="patch", outcome="{outcome}"}}': values}


AMAZON = (
    Alert(
        name="MercarichFeedStale",
        expr='max by (namespace) (mercarich_listings_unpushed_age_seconds{kind="withdrawal"}) > 1800',
        wait="5m",
        severity="critical",
        summary="A withdrawal has not reached Amazon for half an hour",
        text="What is sold at its source can still be bought at Amazon.",
        fires=Case("50m", {'mercarich_listings_unpushed_age_seconds{kind="withdrawal"}': "0+60x50"}),
        quiet=Case("50m", {'mercarich_listings_unpushed_age_seconds{kind="restore"}': "0+60x50"}),
    ),
    Alert(
        name="MercarichShownAboveBooks",
        expr='max by (namespace) (mercarich_feed_differing_age_seconds{kind=~"above|came_back"}) > 1800',
        wait="5m",
        severity="critical",
        summary="Amazon has shown an offer for half an hour that is down by the books, or deleted from them",
        text="Its zero is pushed again and again, and Amazon does not show it, or something puts the offer up again:"
        " what has no source can be bought.",
        fires=Case("50m", {'mercarich_feed_differing_age_seconds{kind="above", instance="a"}': "0+60x50"}),
        quiet=Case("50m", {'mercarich_feed_differing_age_seconds{kind="left_to_seller", instance="a"}': "0+60x50"}),
    ),
    Alert(
        name="MercarichReadsOverdue",
        expr="max by (namespace) (mercarich_feed_read_overdue_seconds) > 3600",
        wait="15m",
        severity="warning",
        summary="A read of what Amazon shows has been due for more than an hour",
        text="Until it is made, nobody knows whether Amazon shows what the books say.",
        fires=Case("90m", {'mercarich_feed_read_overdue_seconds{instance="a"}': "0+60x90"}),
        quiet=Case("90m", {'mercarich_feed_read_overdue_seconds{instance="a"}': "0+60x65 0x25"}),
    ),
    Alert(
        name="MercarichOrdersUnread",
        expr="max by (namespace) (mercarich_feed_order_read_overdue_seconds) > 900",
        wait="5m",
        severity="warning",
        summary="The orders of a seller have not been read for more than a quarter of an hour",
        text="What a buyer has ordered meanwhile is not known: its source is not looked at, and the last piece may be"
        " put up again.",
        fires=Case("30m", {'mercarich_feed_order_read_overdue_seconds{instance="a"}': "0+60x30"}),
        quiet=Case("30m", {'mercarich_feed_order_read_overdue_seconds{instance="a"}': "0+60x17 0x13"}),
    ),
    Alert(
        name="MercarichListingsExposed",
        expr="max by (namespace) (mercarich_feed_exposed_listings) > 0",
        wait="15m",
        severity="warning",
        summary="Withdrawals of sellers without a usable Amazon account wait",
        text="Their offers stay on sale until these sellers authorise again.",
        fires=Case("20m", {'mercarich_feed_exposed_listings{instance="a"}': "3x20"}),
        quiet=Case("20m", {'mercarich_feed_exposed_listings{instance="a"}': "3x5 0x15"}),
    ),
    Alert(
        name="MercarichTokenExposes",
        expr="max by (namespace) (mercarich_feed_exposed_listings)\nand on (namespace)\n"
        '(max by (namespace) (mercarich_amazon_accounts{verdict="invalid"}) > 0) and on (namespace)\n'
        "(max by (namespace) (mercarich_feed_exposed_listings) > 0)",
        wait="1m",
        severity="critical",
        summary="{{ $value }} offers cannot be taken down: a seller's token is refused",
        text="What is sold at its source can still be bought until that seller authorises again.",
        fires=Case(
            "10m",
            {'mercarich_feed_exposed_listings{instance="a"}': "3x10", _ACCOUNTS: "1x10"},
            value="3",
        ),
        quiet=Case(
            "10m",
            {'mercarich_feed_exposed_listings{instance="a"}': "0x10", _ACCOUNTS: "1x10"},
        ),
    ),
    Alert(
        name="MercarichLwaSecretExpires",
        expr="max by (namespace) (mercarich_feed_lwa_secret_expires_timestamp_seconds > 0) - time() < 1209600",
        wait="1h",
        severity="warning",
        summary="Amazon ends the application's secret in less than 14 days",
        text="From then on nothing is pushed for any seller. The Solution Provider Portal makes a new one.",
        fires=Case("2h", {"mercarich_feed_lwa_secret_expires_timestamp_seconds": "1000000x120"}),
        quiet=Case("2h", {"mercarich_feed_lwa_secret_expires_timestamp_seconds": "2000000x120"}),
    ),
    Alert(
        name="MercarichRestoreUnverified",
        expr='max by (namespace) (mercarich_feed_unverified_listings{kind="zeros"}) > 0',
        wait="1h",
        severity="critical",
        summary="After a restore of the database offers at 0 are not read at Amazon",
        text="They may be on sale there without a source. Look: mercarich status, feed's workers, refused tokens.",
        fires=Case("2h", {'mercarich_feed_unverified_listings{kind="zeros"}': "5x120"}),
        quiet=Case("2h", {'mercarich_feed_unverified_listings{kind="zeros"}': "5x30 0x90"}),
    ),
    Alert(
        name="MercarichFeedErrorRatio",
        expr='sum by (namespace) (rate(mercarich_feed_pushes_total{outcome="rejected"}[15m]))'
        " / sum by (namespace) (rate(mercarich_feed_pushes_total[15m])) > 0.05",
        wait="15m",
        severity="warning",
        summary="Amazon refuses more than 5 % of what is pushed",
        text="The refusals' texts are in mercarich explain.",
        fires=Case("45m", _pushes("accepted", "0+9x45") | _pushes("rejected", "0+1x45")),
        quiet=Case("45m", _pushes("accepted", "0+99x45") | _pushes("rejected", "0+1x45")),
    ),
    Alert(
        name="MercarichSpTokenInvalid",
        expr=f"{_INVALID % ''} - {_INVALID % ' offset 1h'} > 0",
        wait="0m",
        severity="warning",
        summary="Amazon began to refuse a seller's token within the last hour",
        text="Nothing of that seller can be pushed until he authorises again.",
        fires=Case("2h", {'mercarich_amazon_accounts{verdict="invalid"}': "1x90 2x30"}),
        quiet=Case("2h", {'mercarich_amazon_accounts{verdict="invalid"}': "2x120"}),
    ),
    Alert(
        name="MercarichAppCredentialsRefused",
        expr="max by (namespace) (mercarich_feed_app_credentials_refused) == 1\nor\n"
        "max by (namespace) (mercarich_feed_token_check_stopped) == 1",
        wait="5m",
        severity="critical",
        summary="Amazon refuses the application's credentials",
        text="Nothing at all is pushed.",
        fires=Case("10m", {'mercarich_feed_app_credentials_refused{instance="a"}': "1x10"}),
        quiet=Case("10m", {'mercarich_feed_app_credentials_refused{instance="a"}': "0x10"}),
    ),
)
