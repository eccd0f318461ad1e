"""What docs/security/asvs.csv demands and no other test shows: cookies, bodies, passwords, addresses, messages."""

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from tests.integration.web.clocks import Clock
from tests.integration.web.rows import Rows, ago
from tests.integration.web.site import PASSWORD, PASSWORDS, TOKEN, Browser, Served, let_sign_in, served
from tests.integration.web.test_tenants import ROUTES, For

from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_platform.settings import SharedSettings
from mercarich_web.bootstrap import build_pages
from mercarich_web.identity.sign_in import hashed
from mercarich_web.settings import PagesSettings

PUBLIC = "https://shop.example"
DOCUMENT = json.loads((Path(__file__).parents[3] / "docs/openapi.json").read_text(encoding="utf-8"))
KEY = "mk_of_ann"


@pytest.fixture
def shared(database_url: str, tmp_path: Path) -> SharedSettings:
    return SharedSettings.model_validate(
        {"database_url": database_url, "data_dir": tmp_path, "kafka_bootstrap": "127.0.0.1:9"}
    )


@pytest.fixture
def site(shared: SharedSettings, engine: Engine, rows: Rows, clock: Clock) -> Iterator[Served]:
    for name in ("ann", "bob"):
        let_sign_in(engine, rows.user(name))
    with served(build_pages(shared, PagesSettings(), now=clock, passwords=PASSWORDS)) as one:
        yield one


@pytest.fixture
def ann(site: Served) -> Browser:
    one = site.browser()
    one.sign_in("ann")
    return one


@pytest.fixture
def program(site: Served, rows: Rows) -> Browser:
    scopes = "jobs:read jobs:write listings:read listings:write"
    rows.add(tables.api_keys, user_id=1, key_hash=hashed(KEY), name="a", scopes=scopes, created_at=ago(hours=1))
    one = site.browser()
    one.client.headers["Authorization"] = f"Bearer {KEY}"
    return one


def raw(site: Served, request: bytes) -> bytes:
    """Return what comes back until the connection ends; `request` asks for that."""
    with socket.create_connection(("127.0.0.1", int(site.origin.rpartition(":")[2])), timeout=30) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def test_every_cookie_is_of_this_host_and_https_alone_and_no_script_reads_it(
    shared: SharedSettings, engine: Engine, rows: Rows
) -> None:
    let_sign_in(engine, rows.user("ann"))
    told: list[str] = []
    kept: dict[str, str] = {}
    with served(build_pages(shared, PagesSettings(public_url=PUBLIC), passwords=PASSWORDS)) as site:
        client, token = site.browser().client, ""
        for path, fields in (
            ("/look", {"language": "en", "theme": "dark"}),
            ("/sign-in", {"username": "ann", "password": PASSWORD}),
            ("/account/language", {"language": "ja"}),
            ("/sign-out", {}),
        ):
            headers = {"Origin": PUBLIC, "Cookie": "; ".join(f"{name}={value}" for name, value in kept.items())}
            answers = [client.post(path, data={"form_token": token, **fields}, headers=headers)]
            told += answers[0].headers.get_list("set-cookie")
            kept |= dict(one.partition(";")[0].split("=", 1) for one in told)
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in kept.items())
            answers.append(client.get("/account", headers=headers))
            told += answers[1].headers.get_list("set-cookie")
            found = TOKEN.search(answers[1].text)
            token = found[1] if found else ""

    words = {"Secure", "HttpOnly", "SameSite=lax", "Path=/"}
    names = {one.partition("=")[0] for one in told}
    known = ("language", "theme", "notice", "browser", "mercarich", "mercarich-device-1")
    assert names == {f"__Host-{name}" for name in known}
    assert [one for one in told if words - set(one.split("; ")) or "Domain" in one] == []


def test_a_public_address_is_https_alone_for_a_year_and_its_subdomains_too(shared: SharedSettings) -> None:
    with served(build_pages(shared, PagesSettings(public_url=PUBLIC), passwords=PASSWORDS)) as site:
        paths = ("/sign-in", "/nothing", "/assets/nothing.css", "/healthz", "/api/v1/jobs", "/listings")
        told = {path: site.browser().get(path).headers.get("strict-transport-security") for path in paths}

    assert set(told.values()) == {"max-age=31536000; includeSubDomains"}


def test_what_is_sent_is_decoded_once(site: Served, ann: Browser) -> None:
    found = ann.get("/listings?q=%2541-1").text
    answers = [ann.get(path).status_code for path in ("/assets/%252e%252e%252fsettings.py", "/%256aobs")]
    away = site.browser().post("/sign-in", username="ann", password=PASSWORD, next="%2f%2fevil.example")

    assert 'value="%41-1"' in found
    assert answers == [404, 404]
    assert away.headers["location"] == "/"


@pytest.mark.parametrize("text", ["x' OR '1'='1", 'x" OR "1"="1', "%", "_", "\\", "x'; DROP TABLE listings; --"])
def test_what_is_searched_for_is_a_value_of_the_query(ann: Browser, rows: Rows, text: str) -> None:
    source = rows.source("x111111")
    rows.listing(1, source, "UP-1", title="a lens")
    answer = ann.client.get("/listings", params={"q": text})

    assert answer.status_code == 200
    assert "UP-1" not in answer.text
    assert "UP-1" in ann.get("/listings?q=lens").text


BOTH = b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n"
SMUGGLED = {
    "a length and chunks": BOTH + b"\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    "two lengths": b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
    "a length that is no number": b"Content-Length: +4\r\n\r\nabcd",
    "chunks of no size": b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
}


@pytest.mark.parametrize("case", SMUGGLED)
def test_a_message_whose_end_is_unclear_ends_its_connection(site: Served, case: str) -> None:
    answer = raw(site, b"POST /sign-in HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\n" + SMUGGLED[case])

    assert answer.count(b"HTTP/1.1 ") == 1, "nothing behind it was taken for a request"
    assert answer.startswith(b"HTTP/1.1 400"), answer[:100]


def test_a_field_in_the_address_is_none_of_the_form(site: Served) -> None:
    one = site.browser()
    asked = {"username": "ann", "password": PASSWORD}
    headers = {"Origin": site.origin}
    by_address = one.client.post("/sign-in", params=asked, headers=headers).status_code
    other_name = one.client.post("/sign-in", params={"username": "bob"}, data=asked, headers=headers)
    whom = one.get("/account").text

    assert by_address == 401
    assert other_name.status_code == 303
    assert "ann" in whom
    assert "bob" not in whom


@pytest.mark.parametrize(("names", "status"), [(("bob", "ann"), 303), (("ann", "nobody"), 401)])
def test_of_a_field_given_twice_one_alone_counts_also_for_what_is_noted(
    site: Served, engine: Engine, names: tuple[str, str], status: int
) -> None:
    fields = {"username": list(names), "password": PASSWORD}
    answer = site.browser().client.post("/sign-in", data=fields, headers={"Origin": site.origin})
    log = tables.audit_log.c
    with reading(engine) as connection:
        [noted] = connection.execute(select(log.action, log.subject)).all()

    assert answer.status_code == status
    assert tuple(noted) == (("sign_in", "ann") if status == 303 else ("sign_in_failed", noted.subject))
    assert noted.subject != names[0]


def bodies() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each path of the API that takes a JSON body, with the fields of the body's schema."""
    for path, methods in DOCUMENT["paths"].items():
        for one in methods.values():
            content = one.get("requestBody", {}).get("content", {}).get("application/json")
            if content:
                name = content["schema"]["$ref"].rpartition("/")[2]
                yield path.replace("{listing_id}", "1"), DOCUMENT["components"]["schemas"][name]["properties"]


def test_every_body_of_the_api_takes_its_own_fields_alone(program: Browser) -> None:
    answers = {path: program.client.post(path, json={"user_id": 2}) for path, _ in bodies()}

    assert len(answers) >= 6
    assert {path: answer.status_code for path, answer in answers.items() if answer.status_code != 422} == {}
    assert [path for path, answer in answers.items() if "user_id" not in answer.json()["detail"]] == []


def test_every_field_of_every_body_of_the_api_takes_its_own_type_alone(program: Browser) -> None:
    answers = {
        (path, name): program.client.post(path, json={name: {"$gt": ""}})
        for path, fields in bodies()
        for name in fields
    }

    assert len(answers) >= 12
    assert {at: answer.status_code for at, answer in answers.items() if answer.status_code != 422} == {}
    assert [at for at, answer in answers.items() if at[1] not in answer.json()["detail"]] == []


def test_a_form_changes_no_field_that_it_does_not_show(ann: Browser, engine: Engine) -> None:
    before = _of_everybody(engine)
    more = {"is_staff": "true", "plan": "9", "user_id": "2", "active": "false", "BRAKE_SHARE": "0.9"}
    answers = [
        ann.post(path, **more, **fields).status_code
        for path, fields in (
            ("/account/language", {"language": "en"}),
            ("/account/notices", {"mail": ""}),
            ("/rules", {"REVIVAL_LEAST_RATING": "95", "REVIVAL_DAYS": "3"}),
        )
    ]

    assert answers == [303, 303, 303]
    assert _of_everybody(engine) == before


def _of_everybody(engine: Engine) -> list[object]:
    seller = tables.seller_settings.c
    with reading(engine) as connection:
        return [
            connection.execute(select(tables.users)).all(),
            connection.execute(select(tables.settings)).all(),
            connection.execute(
                select(func.count()).where((seller.user_id != 1) | ~seller.key.like("REVIVAL%"))
            ).scalar_one(),
        ]


def test_a_new_database_lets_nobody_in(engine: Engine) -> None:
    with reading(engine) as connection:
        found = [connection.execute(select(func.count()).select_from(one)).scalar_one() for one in OPENS]

    assert found == [0, 0, 0, 0]


OPENS = (tables.users, tables.logins, tables.api_keys, tables.invitations)
"""Rows of these let somebody in."""


def test_a_password_is_changed_by_who_knows_the_old_one(site: Served, ann: Browser) -> None:
    answers = [ann.post("/account/password", old=old, new="a better one, longer").status_code for old in ("", "wrong")]

    assert [one for one in answers if one < 400] == []
    assert site.browser().sign_in("ann").status_code == 303


def test_a_password_is_good_after_years(ann: Browser, site: Served, clock: Clock) -> None:
    clock.move(days=3650)
    answer = site.browser().post("/sign-in", username="ann", password=PASSWORD)

    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_every_page_of_signed_in_people_offers_to_sign_out(site: Served, engine: Engine, rows: Rows) -> None:
    operator = rows.add(tables.users, username="operator", plan=2, active=True, is_staff=True, created_at=ago(days=1))
    let_sign_in(engine, operator)
    visitors = {For.SELLER: site.browser(), For.OPERATOR: site.browser()}
    visitors[For.SELLER].sign_in("ann")
    visitors[For.OPERATOR].sign_in("operator")
    pages = {}
    for (method, path), row in ROUTES.items():
        if method == "get" and row.whom in (For.SELLER, For.OPERATOR, For.SIGNED):
            answer = visitors[For.OPERATOR if row.whom is For.OPERATOR else For.SELLER].get(row.url or path)
            if answer.status_code == 200 and "<html" in answer.text:
                pages[path] = answer.text

    assert len(pages) > 20
    assert [path for path, text in pages.items() if not re.search(r'action="/sign-out"', text)] == []


def test_a_person_may_have_as_many_sessions_as_they_like(site: Served) -> None:
    page = (Path(__file__).parents[3] / "docs/security/README.md").read_text(encoding="utf-8")
    browsers = [site.browser() for _ in range(15)]
    for one in browsers:
        one.sign_in("ann")

    assert "A person may open as many as they like" in " ".join(page.split())
    assert [one.get("/account").status_code for one in browsers] == [200] * 15
