"""What a seller does by pages: pages of listings, a replacement approved or refused, rules saved."""

import csv
import re
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import Engine, insert, select, update
from tests.integration.web.measures import all_is_well
from tests.integration.web.operating.test_sellers_and_tokens import link_amazon
from tests.integration.web.rows import Rows, ago
from tests.integration.web.site import PASSWORDS, Browser, let_sign_in, served
from tests.integration.web.test_api import ALL, key_of

from mercarich_contracts.audit import AuditAction
from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_platform.settings import SharedSettings
from mercarich_reasons.push import AmazonRefused
from mercarich_web.bootstrap import build_pages
from mercarich_web.home.sql import SqlSellersDesk
from mercarich_web.listings.views import ROWS
from mercarich_web.settings import PagesSettings


def skus(text: str) -> list[str]:
    return [part.split("<")[0].split(" ")[0] for part in text.split('<span class="sub mono">')[1:]]


def next_page(text: str) -> str | None:
    if 'rel="next"' not in text:
        return None
    return text.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")


@pytest.mark.parametrize("sort", ["newest", "oldest", "sku", "sku_down"])
def test_pages_show_every_listing_once_in_order(ann: Browser, rows: Rows, ann_id: int, sort: str) -> None:
    source = rows.source("x123456")
    for number in range(2 * ROWS + 10):  # Several have the same time.
        rows.listing(ann_id, source, f"S-{number:03}", changed_at=ago(minutes=number // 3))
    path: str | None = f"/listings?sort={sort}"
    seen: list[str] = []
    while path is not None:
        text = ann.get(path).text
        seen += skus(text)
        path = next_page(text)

    assert len(seen) == len(set(seen)) == 2 * ROWS + 10
    if sort in ("sku", "sku_down"):
        assert seen == sorted(seen, reverse=sort == "sku_down")


def test_views_and_words_narrow_the_table_and_its_csv(ann: Browser, rows: Rows, ann_id: int) -> None:
    there, gone = rows.source("x111111"), rows.source("x222222", state="sold", reason="won")
    rows.listing(ann_id, there, "UP-1", title="赤いカメラ")
    rows.listing(ann_id, there, "UP-2", title="100% wool_coat")
    rows.listing(ann_id, gone, "DOWN-1", title="青いカメラ", quantity=0, searching=True, pushed_quantity=1)

    assert skus(ann.get("/listings?view=searching").text) == ["DOWN-1"]
    assert skus(ann.get("/listings?view=exposed").text) == ["DOWN-1"]
    assert skus(ann.get("/listings?q=DOWN&market=&sort=sku").text) == ["DOWN-1"]
    assert set(skus(ann.get("/listings?q=カメラ").text)) == {"UP-1", "DOWN-1"}
    assert skus(ann.get("/listings?q=x222222").text) == ["DOWN-1"]
    assert skus(ann.get("/listings?q=up-2").text) == ["UP-2"]
    assert (
        skus(
            ann.get(
                "/listings",
            ).text
        )
        != []
    )
    assert skus(ann.get("/listings?q=0%25+w").text) == ["UP-2"]
    assert skus(ann.get("/listings?q=%25").text) == ["UP-2"]
    lines = ann.get("/listings/export.csv?view=searching").text.splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ['"DOWN-1"']


def test_nothing_says_on_sale_of_an_offer_that_was_not_read_at_amazon_yet(
    ann: Browser, rows: Rows, ann_id: int
) -> None:
    """A CSV said that it is listed there."""
    rows.listing(ann_id, rows.source("x111111"), "READ-1", offer_price_jpy=1000)
    told = rows.listing(ann_id, rows.source("x222222"), "TOLD-1", offer_price_jpy=1000, pushed_quantity=None)
    key = {"Authorization": f"Bearer {key_of(ann, *ALL)}"}

    assert skus(ann.get("/listings?view=on_sale").text) == ["READ-1"]
    assert skus(ann.get("/listings?view=unseen").text) == ["TOLD-1"]
    home = ann.get("/").text
    figures = dict(re.findall(r'<span class="name">([^<]*)</span><span class="value[^"]*">([^<]*)</span>', home))
    assert (figures["On sale"], figures["To be read at Amazon"]) == ("1", "1")
    page = ann.get(f"/listings/{told}").text
    assert "what Amazon shows of it is still to be read" in page
    assert not re.search(r'class="badge[^"]*">\s*On sale', page)
    one = ann.client.get(f"/api/v1/listings/{told}", headers=key).json()
    listed = ann.client.get("/api/v1/listings?view=on_sale", headers=key).json()
    assert (one["stage"], one["amazon_quantity"]) == ("unseen", None)
    assert [row["sku"] for row in listed["listings"]] == ["READ-1"]
    file = StringIO(ann.get("/listings/export.csv?view=unseen").text.lstrip("\ufeff"))
    assert [(row["sku"], row["amazon_quantity"]) for row in csv.DictReader(file)] == [("TOLD-1", "")]


def test_times_of_an_export_are_those_of_japan(ann: Browser, rows: Rows, ann_id: int) -> None:
    at = datetime(2026, 11, 29, 15, 30, tzinfo=UTC)
    rows.listing(ann_id, rows.source("x111111"), "DOWN-1", quantity=0, withdrawn_at=at)
    file = StringIO(ann.get("/listings/export.csv").text.lstrip("\ufeff"))
    assert [row["withdrawn_at"] for row in csv.DictReader(file)] == ["2026-11-30T00:30:00+09:00"]


TOO_LARGE = "OTk5OTk5OTk5OTk5OTk5OTk5OTl8MjAyNi0xMS0yNVQwMDowMDowMCswMDowMA"
TOO_EARLY = "MXwwMDAxLTAxLTAxVDAwOjAwOjAwKzIzOjU5"


@pytest.mark.parametrize("after", ["x", "////", "MXw=", "%00", TOO_LARGE, TOO_EARLY])
def test_a_place_that_is_none_is_the_first_page(ann: Browser, rows: Rows, ann_id: int, after: str) -> None:
    rows.listing(ann_id, rows.source("x111111"), "UP-1")

    assert skus(ann.get(f"/listings?after={after}").text) == ["UP-1"]


def test_the_why_page_is_two_clicks_from_home_and_shows_the_evidence(ann: Browser, rows: Rows, ann_id: int) -> None:
    source = rows.source("x222222", state="sold", reason="won")
    proof = rows.evidence(source, extract="status=closed <b>winner</b>")
    listing = rows.listing(ann_id, source, "DOWN-1", quantity=0, searching=True, withdrawn_at=ago(hours=2))
    rows.event(listing, "withdrawn", user_id=ann_id, reason="won", evidence_id=proof)

    home = ann.get("/").text
    assert 'href="/listings?view=searching"' in home
    assert f'href="/listings/{listing}"' in ann.get("/listings?view=searching").text
    page = ann.get(f"/listings/{listing}").text
    assert "It is withdrawn: its source was seen as sold (won by a bidder)." in page
    assert "status=closed &lt;b&gt;winner&lt;/b&gt;" in page
    assert "https://auctions.example/x1" in page


@pytest.mark.parametrize("offers", [0, 1])
def test_home_leads_who_has_no_listings_to_the_import_and_is_calm_with_the_first(
    ann: Browser, rows: Rows, ann_id: int, engine: Engine, offers: int
) -> None:
    all_is_well(engine)
    account = {"seller_id": "A1", "marketplace_id": "A1VC38T7YXB528", "refresh_token": "-", "token_verdict": "valid"}
    rows.add(tables.amazon_accounts, user_id=ann_id, **account)
    for number in range(offers):
        rows.listing(ann_id, rows.source("x111111"), f"UP-{number}")
    page = ann.get("/").text

    assert ('class="todo" href="/jobs"' in page) == (offers == 0)
    assert ("Nothing needs you" in page) == (offers > 0)


def test_home_does_not_wait_for_the_fortnight_and_has_it_at_once_when_it_is_counted(ann: Browser) -> None:
    title, asked_for = "By real orders", 'hx-get="/fortnight"'
    first = ann.get("/").text
    part = ann.get("/fortnight").text
    second = ann.get("/").text

    assert (title in first, asked_for in first) == (False, True)
    assert (title in part, asked_for in part) == (True, False)
    assert (title in second, asked_for in second) == (True, False)


@pytest.mark.parametrize(("phase", "shows_progress"), [("checking", True), ("confirming", False)])
def test_a_check_in_which_only_held_withdrawals_wait_shows_no_progress_that_stands_still(
    ann: Browser, rows: Rows, ann_id: int, phase: str, shows_progress: bool
) -> None:
    run = rows.run(1, outcome="running", phase=phase, planned=60, checked=60)
    rows.add(tables.run_sellers, run_id=run, user_id=ann_id, planned=60, seen=60, checked=60, fallen=2)
    part = ann.get("/running").text

    assert ("<progress" in part) == shows_progress
    assert ("second looks" in part) != shows_progress
    assert "60 of your 60 sources" in part
    assert 'hx-get="/running"' in part, "it is asked for until the run has ended"


def test_a_search_is_told_by_its_own_listings(ann: Browser, rows: Rows, ann_id: int) -> None:
    run = rows.run(1, operation="update", outcome="running", phase="searching", planned=700, checked=9)
    rows.add(tables.run_sellers, run_id=run, user_id=ann_id, planned=8, seen=6, revived=1, checked=0, fallen=0)
    rows.listing(ann_id, rows.source("x444444"), "SEARCHED", update_run=run)
    part = ann.get("/running").text

    assert "6 of your 8 listings searched for · 1 left · 1 revived" in part
    assert '<progress max="100" value="75"' in part


def proposed(rows: Rows, ann_id: int, **seen: object) -> int:
    """`seen`: what its search stored about it."""
    source = rows.source("x222222", state="sold", reason="won")
    rows.source("x333333", seller_id="shady")
    listing = rows.listing(ann_id, source, "DOWN-1", quantity=0, searching=True, withdrawn_at=ago(hours=2))
    rows.add(
        tables.revivals,
        listing_id=listing,
        user_id=ann_id,
        state="proposed",
        marketplace="yahoo",
        item_id="x333333",
        url="https://auctions.example/x333333",
        old_source_item_id=source,
        at=ago(hours=1),
    )
    if seen:
        item = {"marketplace": "yahoo", "item_id": "x333333", "url": "https://auctions.example/x333333"}
        rows.add(tables.revival_candidates, listing_id=listing, searched_at=ago(hours=1), **item, **seen)
    return listing


def test_a_replacement_stands_beside_the_old_source_with_what_was_seen_of_it(
    ann: Browser, rows: Rows, ann_id: int
) -> None:
    alike = {"share_forth": 0.91, "share_back": 0.874, "inliers": 212}
    rating = {"seller_id": "shop_9", "rating_good": 197, "rating_bad": 3}
    shipping = {"shipping_payer": "buyer", "shipping_cost_jpy": 800, "ships_from": "大阪府", "ship_days_max": 3}
    listing = proposed(rows, ann_id, condition_code=2, **alike, **rating, **shipping)
    rows.change(update(tables.revivals).values(price_jpy=1000))
    rows.change(update(tables.listings).where(tables.listings.c.id == listing).values(first_price_jpy=1500))
    page = ann.get("/replacements").text

    for told in ("87.4 % of the features", "212 agree", "98.5 % good of 200 ratings", "shop_9"):
        assert told in page
    assert "you pay ¥800, ¥1,800 in all" in page
    assert '<span class="bad-text">+300</span>' in page, "dearer than the first source, with the postage"
    assert "ships within 3 days" in page
    assert "大阪府" in page


def test_what_nobody_saw_of_a_replacement_is_not_made_up(ann: Browser, rows: Rows, ann_id: int) -> None:
    proposed(rows, ann_id)
    page = ann.get("/replacements").text

    assert "good of" not in page
    assert "of the features" not in page
    assert page.count(">–</td>") >= 3


def test_a_seller_is_never_bought_from_again_whom_only_the_search_has_seen(
    ann: Browser, rows: Rows, engine: Engine, ann_id: int
) -> None:
    listing = proposed(rows, ann_id, seller_id="shop_9")
    ann.get("/replacements")
    ann.post(f"/replacements/{listing}/refuse-seller")
    with reading(engine) as connection:
        assert connection.execute(select(tables.excluded_sellers.c.seller_id)).scalars().all() == ["shop_9"]


@pytest.mark.parametrize("word", ["approve", "refuse", "refuse-seller"])
def test_a_word_on_what_another_replacement_has_followed_is_refused(
    ann: Browser, rows: Rows, engine: Engine, ann_id: int, word: str
) -> None:
    """An outdated page in another tab."""
    listing = proposed(rows, ann_id)
    ann.get("/replacements")
    answer = ann.post(f"/replacements/{listing}/{word}", item="yahoo x000000")

    assert answer.status_code == 409
    with reading(engine) as connection:
        assert connection.execute(select(tables.revivals.c.state)).scalar_one() == "proposed"
        assert connection.execute(select(tables.excluded_sellers)).all() == []


def test_nobody_is_asked_about_a_listing_that_wants_no_replacement_any_more(
    ann: Browser, rows: Rows, engine: Engine, ann_id: int
) -> None:
    listing = proposed(rows, ann_id)
    ann.get("/replacements")
    ann.post("/listings/apply", action="stop_watching", listing=[listing])
    page = ann.get("/replacements").text
    approved = ann.post(f"/replacements/{listing}/approve")

    assert "DOWN-1" not in page
    assert SqlSellersDesk(engine).decisions(ann_id, 1) == (0, 0)
    assert approved.status_code == 409


@pytest.mark.parametrize(
    ("word", "state"), [("approve", "approved"), ("refuse", "undone"), ("refuse-seller", "undone")]
)
def test_a_replacement_follows_the_sellers_word(
    ann: Browser, rows: Rows, engine: Engine, ann_id: int, word: str, state: str
) -> None:
    listing = proposed(rows, ann_id)
    ann.get("/replacements")
    page = ann.get("/replacements").text
    shown = page.partition('name="item" value="')[2].partition('"')[0]
    answer = ann.post(f"/replacements/{listing}/{word}", item=shown)
    notice = ann.get("/replacements").text
    again = ann.post(f"/replacements/{listing}/approve")

    assert answer.status_code == 303
    assert "DOWN-1: " in notice
    assert "DOWN-1: " not in ann.get("/replacements").text
    assert again.status_code == 409
    with reading(engine) as connection:
        found = connection.execute(select(tables.revivals)).one()
        excluded = connection.execute(select(tables.excluded_sellers)).all()
    assert (found.state, found.decided_by) == (state, "ann")
    assert [row.seller_id for row in excluded] == (["shady"] if word == "refuse-seller" else [])


def test_a_long_search_in_japanese_leads_back_to_itself(ann: Browser, rows: Rows, ann_id: int) -> None:
    address = f"/listings?q={quote('長い題名' * 25)}"
    rows.listing(ann_id, rows.source("x555555"), "LONG-1")
    ann.get("/listings")
    form = {"action": "withdraw", "everything": "true", "q": "LONG", "back": address}
    preview = ann.post("/listings/preview", **form)
    done = ann.post("/listings/apply", **form)
    ann.post("/sign-out")
    asked = ann.get(address).headers["location"]

    assert f'href="{address}"' in preview.text
    assert done.headers["location"] == address
    assert ann.get(asked).text.count(f'value="{address}"') == 1


def test_a_preview_leads_back_to_no_other_site(ann: Browser) -> None:
    page = ann.post("/listings/preview", action="withdraw", back="javascript:alert(1)").text

    assert "javascript:" not in page


def test_a_code_that_has_no_words_here_is_shown_as_text(ann: Browser, rows: Rows, ann_id: int) -> None:
    code = "<i>5%"
    source = rows.source("x444444", state=code, reason=code)
    listing = rows.listing(ann_id, source, "NEW-1", quantity=0)
    rows.event(listing, code, user_id=ann_id, reason=code, evidence_id=rows.evidence(source, state=code, reason=code))
    page = ann.get(f"/listings/{listing}")

    assert page.status_code == 200
    assert page.text.count("&lt;i&gt;5%") > 4
    assert "<i>" not in page.text


@pytest.mark.parametrize(("refused", "shown"), [(2, True), (1, False)])
def test_a_problem_of_an_older_quantity_is_none_of_the_newer_one(
    ann: Browser, rows: Rows, ann_id: int, refused: int, shown: bool
) -> None:
    problem = {"push_problem": AmazonRefused("bad value", "8541"), "push_failed_revision": refused}
    listing = rows.listing(ann_id, rows.source("x1"), "A-1", revision=2, quantity=0, **problem)
    assert ("bad value" in ann.get(f"/listings/{listing}").text) is shown


def test_rules_are_saved_together_or_not_at_all(ann: Browser, engine: Engine, ann_id: int) -> None:
    ann.get("/rules")
    wrong = ann.post("/rules", REVIVAL_LEAST_RATING="200", REVIVAL_DAYS="5")
    assert wrong.status_code == 422
    assert own(engine) == {}
    ann.post("/rules", REVIVAL_LEAST_RATING="95", REVIVAL_DAYS="3", REVIVAL_ASK_FIRST="on")
    assert own(engine) == {"REVIVAL_LEAST_RATING": "95", "REVIVAL_ASK_FIRST": "on"}
    ann.post("/rules", REVIVAL_LEAST_RATING="80")
    assert own(engine) == {}


def test_who_changed_a_rule_is_in_the_audit_log(ann: Browser, engine: Engine, ann_id: int) -> None:
    ann.get("/rules")
    ann.post("/rules", REVIVAL_LEAST_RATING="200", CHECKS_A_DAY="2")  # The change is refused.
    ann.post("/rules", REVIVAL_LEAST_RATING="95", REVIVAL_DAYS="3")
    ann.post("/rules", REVIVAL_LEAST_RATING="95")
    ann.post("/rules", REVIVAL_LEAST_RATING="80")
    with engine.begin() as connection:
        connection.execute(update(tables.users).values(plan=4))
    ann.post("/rules", CHECKS_A_DAY="2")

    log = tables.audit_log.c
    query = select(log.actor, log.subject, log.detail, log.user_id, log.address).order_by(log.id)
    with reading(engine) as connection:
        found = [tuple(row) for row in connection.execute(query.where(log.action == AuditAction.RULE_CHANGED))]
    whose = (ann_id, "127.0.0.1")
    assert found == [
        ("ann", "ann", "REVIVAL_LEAST_RATING: the general value → 95", *whose),
        ("ann", "ann", "REVIVAL_LEAST_RATING: 95 → the general value", *whose),
        ("ann", "ann", "CHECKS_A_DAY: 4 → 2", *whose),
    ]


def test_a_seller_chooses_how_often_he_is_checked_within_his_plan(ann: Browser, engine: Engine, ann_id: int) -> None:
    page = ann.get("/rules").text
    assert "2 times" in page
    assert "4 times" not in page, "his plan has two"
    more = ann.post("/rules", CHECKS_A_DAY="4", REVIVAL_DAYS="5")
    assert (more.status_code, wanted_checks(engine, ann_id), own(engine)) == (422, None, {})
    assert "expected one of 2 checks a day with this plan" in more.text

    with engine.begin() as connection:
        connection.execute(update(tables.users).values(plan=4))
    assert '<option value="4" selected>' in ann.get("/rules").text
    ann.post("/rules", CHECKS_A_DAY="2")
    assert wanted_checks(engine, ann_id) == 2
    assert '<option value="2" selected>' in ann.get("/rules").text
    ann.post("/rules", CHECKS_A_DAY="4")
    assert wanted_checks(engine, ann_id) is None, "as often as the plan allows, whatever it becomes"


def test_the_next_checks_at_home_are_those_that_a_seller_wants(ann: Browser, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(update(tables.users).values(plan=4))
        for name in ("check-item-yahoo", "check-item-mercari"):
            row = {"name": name, "paused_at": ago(hours=1), "paused_by": "boss"}
            connection.execute(insert(tables.schedule_pauses).values(row))
    ann.get("/rules")
    of_four = ann.get("/").text
    ann.post("/rules", CHECKS_A_DAY="2")

    assert "Next check of" in of_four, "those at 6 and 18 o'clock"
    assert "Next check of" not in ann.get("/").text


def wanted_checks(engine: Engine, user_id: int) -> int | None:
    with reading(engine) as connection:
        wanted: int | None = connection.execute(
            select(tables.users.c.checks_a_day).where(tables.users.c.id == user_id)
        ).scalar()
        return wanted


def test_what_is_never_bought_is_searched_and_shown_by_the_page(ann: Browser, engine: Engine, ann_id: int) -> None:
    with engine.begin() as connection:
        words = [{"user_id": ann_id, "word": f"word {number:03}"} for number in range(60)]
        sellers = [{"user_id": ann_id, "marketplace": "yahoo", "seller_id": f"Shop{number:02}"} for number in range(49)]
        connection.execute(insert(tables.excluded_words), [{"user_id": 0, "word": "everybody's"}, *words])
        connection.execute(insert(tables.excluded_words), [{"user_id": ann_id + 1, "word": "somebody else's"}])
        connection.execute(insert(tables.excluded_sellers), sellers)
    expected = ["everybody&#39;s", *(one["seller_id"] for one in sellers), *(one["word"] for one in words)]

    shown, path = [], "/rules"
    while path:
        page = ann.get(path).text
        here = excluded(page)
        assert len(here) <= 50
        shown += here
        found = re.search(r'href="(/rules\?[^"]*after=[^"]*)"[^>]*rel="next"', page)
        path = found[1].replace("&amp;", "&") if found else ""
    assert shown == expected
    assert excluded(ann.get("/rules?never=SHOP4").text) == [f"Shop4{number}" for number in range(9)]
    assert excluded(ann.get("/rules?never=WORD 05").text) == [f"word 05{number}" for number in range(10)]
    assert excluded(ann.get("/rules?never=%25").text) == []
    assert excluded(ann.get("/rules?after=nonsense").text) == expected[:50]


def excluded(page: str) -> list[str]:
    chips = re.findall(r'<li class="chip">\s*(?:<span class="sub">[^<]*</span><span class="mono">)?([^<\n]+)', page)
    return [chip.strip() for chip in chips]


def test_what_is_never_bought_is_added_and_taken_back(ann: Browser, engine: Engine) -> None:
    ann.get("/rules")
    ann.post("/rules/exclusions", value="ジャンク")
    ann.post("/rules/exclusions", value="shady", market="yahoo")
    page = ann.get("/rules").text
    assert "ジャンク" in page
    assert "shady" in page
    ann.post("/rules/exclusions/remove", value="ジャンク")
    assert ann.post("/rules/exclusions", value=" ").status_code == 422
    with reading(engine) as connection:
        assert connection.execute(select(tables.excluded_words)).all() == []


def own(engine: Engine) -> dict[str, str]:
    with reading(engine) as connection:
        return {row.key: row.value for row in connection.execute(select(tables.seller_settings))}


def test_pictures_of_a_listing_are_shown_and_nothing_else_of_the_folder(
    database_url: str, engine: Engine, rows: Rows, ann_id: int, tmp_path: Path
) -> None:
    let_sign_in(engine, ann_id)
    listing = rows.listing(ann_id, rows.source("x111111"), "UP-1")
    folder = tmp_path / "pictures"
    (folder / str(ann_id)).mkdir(parents=True)
    (folder / str(ann_id) / "a.jpg").write_bytes(b"\xff\xd8\xff\xe0 a picture")
    (folder / str(ann_id) / "b.jpg").write_bytes(b"<svg onload=alert(1)>")
    (folder / "secret.jpg").write_bytes(b"\xff\xd8\xff\xe0 somebody else's")
    for slot, path in enumerate((f"{ann_id}/a.jpg", f"{ann_id}/b.jpg", "secret.jpg", f"{ann_id}/../secret.jpg")):
        rows.add(tables.listing_pictures, listing_id=listing, slot=slot, path=path)
    shared = SharedSettings.model_validate(
        {"database_url": database_url, "kafka_bootstrap": "127.0.0.1:9", "pictures": folder}
    )
    with served(build_pages(shared, PagesSettings(), passwords=PASSWORDS)) as site:
        ann = site.browser()
        ann.sign_in("ann")
        page = ann.get(f"/listings/{listing}").text
        answers = [ann.get(f"/listings/{listing}/pictures/{slot}") for slot in range(5)]

    assert f'src="/listings/{listing}/pictures/0"' in page
    assert [answer.status_code for answer in answers] == [200, 404, 404, 404, 404]
    assert answers[0].headers["content-type"] == "image/jpeg"
    assert answers[0].headers["x-content-type-options"] == "nosniff"


def test_the_home_page_tells_how_fresh_the_looks_at_the_sellers_own_sources_are(
    ann: Browser, rows: Rows, ann_id: int
) -> None:
    rows.coverage()
    rows.coverage(user_id=rows.user("bob"))
    assert "Half of the sources" not in ann.get("/").text

    rows.coverage(40, 40, user_id=ann_id)
    unseen = dict.fromkeys(("half_since", "most_since", "oldest_at"))
    rows.coverage(2, 2, user_id=ann_id, marketplace="mercari", unseen=2, **unseen)
    page = ann.get("/").text

    assert (
        "Yahoo! Auctions</b>: Half of the sources were seen within 2.5 h, 95% within 9.0 h, the oldest 20.0 h" in page
    )
    assert "Mercari</b>: 2 were not looked at yet." in page


def test_a_listings_page_tells_when_its_source_was_seen_and_is_looked_at_next(
    ann: Browser, rows: Rows, ann_id: int
) -> None:
    seen = {"checked_at": ago(hours=1), "observed_at": ago(hours=1)}
    listing = rows.listing(ann_id, rows.source("x1", **seen), "S-1", quantity=1)
    rows.change(tables.users.update().values(plan=4))
    link_amazon(rows, ann_id, "valid")
    page = ann.get(f"/listings/{listing}").text

    assert "<dt>Source last seen</dt>" in page
    assert re.search(r"<dt>Next look</dt><dd>by .* at the latest: the plan wants one every 6 hours</dd>", page)


def test_the_table_shows_the_pictures_that_are_kept(ann: Browser, ann_id: int, rows: Rows) -> None:
    """As addresses of ours, loaded when they come into view; a table without any has no column for them."""
    first, second = (rows.listing(ann_id, rows.source(f"x{n}"), f"A-{n}") for n in (1, 2))
    bare = ann.get("/listings").text
    rows.add(tables.listing_pictures, listing_id=second, slot=1, path=f"{ann_id}/2-1.jpg")
    only_others = ann.get("/listings").text
    rows.add(tables.listing_pictures, listing_id=first, slot=0, path=f"{ann_id}/1-0.jpg")
    page = ann.get("/listings").text

    assert ["row-picture" in one for one in (bare, only_others)] == [False, False]
    assert re.findall(r'<img src="([^"]*)" alt="" loading="lazy"', page) == [f"/listings/{first}/pictures/0"]
    assert page.count('<td class="row-picture">') == 2
    assert page.count("<img") == 1
