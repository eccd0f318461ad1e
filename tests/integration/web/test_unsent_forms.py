"""A form that finds its session over, or another one begun, is not lost: it is there after signing in, and not sent."""

import html
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from urllib.parse import urlencode

import httpx
import pytest
from sqlalchemy import Engine, select
from tests.integration.web.clocks import Clock
from tests.integration.web.site import PASSWORD, Browser, Served
from tests.integration.web.test_passkeys import USED, add, options, site
from tests.integration.web.test_second_step import ann, code_of, set_up, shared

from mercarich_db import tables
from mercarich_db.engine import reading

__all__ = ["ann", "shared", "site"]

PAGE = "/rules"
TYPED = {"REVIVAL_LEAST_RATING": "95", "REVIVAL_IGNORED_ORIGINS": '沖縄県 "北海道"'}


def sent(browser: Browser, of: str = "1", **fields: str) -> httpx.Response:
    """Send the page of rules as a browser does. `of`: ann's id, as on her page."""
    headers = {"Origin": browser.origin, "Referer": browser.origin + PAGE}
    return browser.client.post(PAGE, data={"form_token": browser.token, "form_of": of} | fields, headers=headers)


def unsent_in(page: httpx.Response) -> str:
    [packed] = re.findall(r'name="unsent" value="([^"]*)"', page.text)
    return html.unescape(packed)


def next_in(page: httpx.Response) -> str:
    """Where the form leads that has what was not sent; the page's others have a `next` of their own."""
    to = re.findall(r'name="next" value="([^"]*)"', page.text.partition('name="unsent"')[0])
    return html.unescape(to[-1])


def send_now(browser: Browser, page: httpx.Response) -> httpx.Response:
    """Press the button of the page that shows what was entered."""
    [action] = re.findall(r'<form class="stack" method="post" action="([^"]*)"', page.text)
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.text)
    data = {name: html.unescape(value) for name, value in fields}
    return browser.client.post(action, data=data, headers={"Origin": browser.origin})


class OfOneButton(HTMLParser):
    """The form that a browser without script would send: its address, its fields in their order, and its button."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.to, self.fields, self.buttons = "", list[tuple[str, str]](), list[dict[str, str | None]]()
        self._is_in = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        its = dict(attrs)
        if tag == "form" and "data-page" in its:
            assert its["method"] == "post"
            self.to, self._is_in = its["action"] or "", True
        elif tag == "input" and self._is_in:
            self.fields.append((its["name"] or "", its["value"] or ""))
        elif tag == "button" and self._is_in:
            self.buttons.append(its)

    def handle_endtag(self, tag: str) -> None:
        self._is_in = self._is_in and tag != "form"

    def press(self, browser: Browser) -> httpx.Response:
        headers = {"Origin": browser.origin, "Content-Type": "application/x-www-form-urlencoded"}
        return browser.client.post(self.to, content=urlencode(self.fields), headers=headers)


def typed(browser: Browser, to: str, fields: Sequence[tuple[str, str]], token: str | None = None) -> httpx.Response:
    """Send a form of ann with these fields, in their order."""
    headers = {"Origin": browser.origin, "Content-Type": "application/x-www-form-urlencoded"}
    own = [("form_token", browser.token if token is None else token), ("form_of", "1")]
    return browser.client.post(to, content=urlencode([*own, *fields]), headers=headers)


def kept(engine: Engine) -> dict[str, str]:
    own = tables.seller_settings.c
    with reading(engine) as connection:
        return {row.key: row.value for row in connection.execute(select(own.key, own.value))}


def keys(engine: Engine) -> list[tuple[str, set[str]]]:
    own = tables.api_keys.c
    with reading(engine) as connection:
        return [(row.name, set(row.scopes.split())) for row in connection.execute(select(own.name, own.scopes))]


def test_a_form_of_a_session_that_is_over_is_there_after_signing_in(ann: Browser, clock: Clock, engine: Engine) -> None:
    ann.get(PAGE)
    clock.move(days=2)

    asked = sent(ann, **TYPED)
    wrong = ann.post("/sign-in", username="ann", password="wrong", next=PAGE, unsent=unsent_in(asked))
    signed = ann.post("/sign-in", username="ann", password=PASSWORD, next=PAGE, unsent=unsent_in(wrong))
    before = kept(engine)
    done = send_now(ann, signed)

    assert (asked.status_code, wrong.status_code, signed.status_code, done.status_code) == (401, 401, 200, 303)
    assert f'name="next" value="{PAGE}"' in asked.text
    assert f'href="{PAGE}"' in signed.text
    assert before == {}
    assert {name: kept(engine)[name] for name in TYPED} == TYPED


def test_without_script_every_field_is_sent_once_by_a_button_that_has_the_focus(
    ann: Browser, clock: Clock, engine: Engine
) -> None:
    """Several values of one name, too, in their order; empty ones, and several lines."""
    fields = [("name", "帳簿"), ("scope", "listings:read"), ("x", ""), ("scope", "jobs:read"), ("note", 'a\n"b" <c>&d')]
    ann.get("/account/keys")
    clock.move(days=2)

    asked = typed(ann, "/account/keys", fields)
    signed = ann.post("/sign-in", username="ann", password=PASSWORD, next="/account/keys", unsent=unsent_in(asked))
    form = OfOneButton(signed.text)
    before = keys(engine)
    done = form.press(ann)

    [button] = form.buttons
    assert "autofocus" in button
    assert button.get("type", "submit") == "submit"
    assert "disabled" not in button
    assert (form.to, [one for one in form.fields if one[0] not in ("form_token", "form_of")]) == (
        "/account/keys",
        fields,
    )
    assert before == []
    assert (done.status_code, keys(engine)) == (200, [("帳簿", {"listings:read", "jobs:read"})])


def test_a_reload_of_what_was_shown_before_the_button_sends_nothing(ann: Browser, clock: Clock, engine: Engine) -> None:
    """Each page is the response to a form, which a browser sends again on a reload: the form that was not taken, the
    sign-in, and what is shown where another session has begun. After the button it is the page of the form."""
    ann.get(PAGE)
    stale = ann.token
    clock.move(days=2)
    fields = list(TYPED.items())
    asked = typed(ann, PAGE, fields)
    for _ in range(2):
        signed = ann.post("/sign-in", username="ann", password=PASSWORD, next=PAGE, unsent=unsent_in(asked))
        assert signed.status_code == 200
    again = typed(ann, PAGE, fields, stale)
    before = kept(engine)
    done = OfOneButton(again.text).press(ann)
    page = ann.get(done.headers["location"])

    assert (again.status_code, before) == (403, {})
    assert (done.status_code, done.headers["location"]) == (303, PAGE)
    assert {name: kept(engine)[name] for name in TYPED} == TYPED
    assert "data-page=" not in page.text


def test_the_button_without_the_token_of_its_session_sends_nothing(ann: Browser, clock: Clock, engine: Engine) -> None:
    ann.get(PAGE)
    clock.move(days=2)
    asked = typed(ann, PAGE, list(TYPED.items()))
    signed = ann.post("/sign-in", username="ann", password=PASSWORD, next=PAGE, unsent=unsent_in(asked))
    form = OfOneButton(signed.text)
    form.fields = [(name, "old.one" if name == "form_token" else value) for name, value in form.fields]

    refused = form.press(ann)

    assert (refused.status_code, kept(engine)) == (403, {})


def test_it_is_there_after_the_code(site: Served, ann: Browser, clock: Clock, engine: Engine) -> None:
    secret, _ = set_up(ann, clock)
    ann.get(PAGE)
    clock.move(days=2)

    asked = sent(ann, **TYPED)
    for_code = ann.post("/sign-in", username="ann", password=PASSWORD, next=PAGE, unsent=unsent_in(asked))
    wrong = ann.post("/sign-in/code", code="000000", next=PAGE, unsent=unsent_in(for_code))
    signed = ann.post("/sign-in/code", code=code_of(secret, clock), next=PAGE, unsent=unsent_in(wrong))

    assert (for_code.status_code, wrong.status_code, signed.status_code) == (200, 401, 200)
    assert kept(engine) == {}
    assert send_now(ann, signed).status_code == 303
    assert kept(engine)["REVIVAL_LEAST_RATING"] == "95"


def test_it_is_there_after_the_passkey(site: Served, ann: Browser, clock: Clock, engine: Engine) -> None:
    key, _ = add(ann)
    ann.get(PAGE)
    clock.move(days=2)

    asked = sent(ann, **TYPED)
    page = ann.post("/sign-in", username="ann", password=PASSWORD, next=PAGE, unsent=unsent_in(asked)).text
    [*packed] = {html.unescape(one) for one in re.findall(r'name="unsent" value="([^"]*)"', page)}
    given = key.use(options(ann, USED), ann.origin)
    signed = ann.post(USED, credential=given, next=PAGE, unsent=packed[0])

    assert signed.status_code == 200
    assert send_now(ann, signed).status_code == 303
    assert kept(engine)["REVIVAL_LEAST_RATING"] == "95"


def test_a_form_of_the_session_before_is_sent_by_one_more_button(ann: Browser, clock: Clock, engine: Engine) -> None:
    """Another tab has signed in anew."""
    ann.get(PAGE)
    stale = ann.token
    clock.move(seconds=1)
    ann.sign_in("ann")
    ann.token = stale

    refused = sent(ann, **TYPED)

    assert refused.status_code == 403
    assert kept(engine) == {}
    assert send_now(ann, refused).status_code == 303
    assert kept(engine)["REVIVAL_LEAST_RATING"] == "95"


def test_what_ann_has_typed_is_not_offered_to_bob(site: Served, ann: Browser, clock: Clock) -> None:
    """Neither after he has signed in instead of her, nor where he has a session in her browser."""
    assert 'name="form_of" value="1"' in ann.get(PAGE).text
    clock.move(days=2)
    asked = sent(ann, **TYPED)
    signed = ann.post("/sign-in", username="bob", password=PASSWORD, next=PAGE, unsent=unsent_in(asked))
    ann.get(PAGE)
    ann.token = "old.one"
    refused = sent(ann, **TYPED)

    assert (signed.status_code, signed.headers["location"]) == (303, PAGE)
    assert refused.status_code == 403
    assert "沖縄県" not in refused.text
    assert 'action="/rules"' not in refused.text


@pytest.mark.parametrize("of", ["", "x", "1.5", "1" * 5_000, "１"])
def test_a_form_that_does_not_tell_whose_it_is_is_not_kept(ann: Browser, clock: Clock, of: str) -> None:
    clock.move(days=2)

    assert sent(ann, of, **TYPED).status_code == 303


@pytest.mark.parametrize(("characters", "kept_whole"), [(60_000, True), (66_000, False)])
def test_a_long_text_is_kept_whole_or_asked_for_again(
    ann: Browser, clock: Clock, characters: int, kept_whole: bool
) -> None:
    """In any language, and so long that it can be sent on."""
    clock.move(days=2)
    asked = sent(ann, REVIVAL_IGNORED_ORIGINS="県" * characters)
    if not kept_whole:
        assert asked.status_code == 303
        return
    signed = ann.post("/sign-in", username="ann", password=PASSWORD, next=PAGE, unsent=unsent_in(asked))

    assert (asked.status_code, signed.status_code) == (401, 200)
    assert "県" * characters in signed.text


def test_the_address_of_a_form_keeps_its_query(ann: Browser, clock: Clock) -> None:
    clock.move(days=2)
    headers = {"Origin": ann.origin}
    asked = ann.client.post("/rules/exclusions?x=1", data={"form_of": "1", "value": "y"}, headers=headers)
    signed = ann.post("/sign-in", username="ann", password=PASSWORD, unsent=unsent_in(asked))

    assert 'action="/rules/exclusions?x=1"' in signed.text


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_no_form_of_another_site_is_offered(ann: Browser, origin: str) -> None:
    told = ann.client.post(PAGE, data={"form_token": "x"} | TYPED, headers={"Origin": origin})

    assert told.status_code == 403
    assert "<form" not in told.text


@pytest.mark.parametrize("name", ["password", "old", "new", "code", "credential", "secret", "webhook"])
def test_no_page_shows_what_is_secret(ann: Browser, clock: Clock, name: str) -> None:
    clock.move(days=2)

    asked = sent(ann, **{name: "never again"}, REVIVAL_DAYS="3")

    assert asked.status_code == 303
    assert "never again" not in asked.text


def test_a_file_is_asked_for_again(ann: Browser, clock: Clock) -> None:
    clock.move(days=2)
    asked = ann.client.post("/jobs/import", files={"file": b"sku"}, headers={"Origin": ann.origin})

    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in")
    ann.client.cookies.set("language", "en")
    shown = ann.get("/sign-in").text
    assert "Nothing was sent: a form with a file is not kept. Choose the file again." in shown
    assert '<div class="toast" role="status" data-stays>' in shown
    assert "Nothing was sent" not in ann.get("/sign-in").text


def test_a_form_that_is_not_kept_says_so_where_the_password_is_asked_for(ann: Browser, clock: Clock) -> None:
    """Also where the session lasts, and only the password is asked for again."""
    ann.client.cookies.set("language", "en")
    ann.get(PAGE)
    clock.move(minutes=16)
    confirm = ann.post("/account/keys", form_of="1", name="帳簿", secret="never again")
    told = ann.get(confirm.headers["location"]).text
    clock.move(days=2)
    sent(ann, secret="never again")
    signing_in = ann.get("/sign-in").text

    for page in (told, signing_in):
        assert "Nothing was sent: what you entered is not kept. Enter it again." in page
        assert "never again" not in page


def test_a_page_that_was_only_asked_for_and_a_sign_out_lose_nothing(ann: Browser, clock: Clock) -> None:
    ann.client.cookies.set("language", "en")
    clock.move(days=2)
    ann.client.get(PAGE)
    ann.client.post("/sign-out", data={"form_of": "1"}, headers={"Origin": ann.origin})

    assert "Nothing was sent" not in ann.get("/sign-in").text


@pytest.mark.parametrize("path", ["/rules", "/rules/preview"])
def test_the_script_is_asked_to_send_a_form_plainly(ann: Browser, clock: Clock, path: str) -> None:
    """The response to the script would become a part of its page; the sign-in page takes the whole one."""
    ann.get(PAGE)
    clock.move(days=2)
    headers = {"Origin": ann.origin, "Referer": ann.origin + PAGE, "HX-Request": "true"}

    asked = ann.client.post(path, data={"form_token": ann.token, "form_of": "1"} | TYPED, headers=headers)

    assert (asked.status_code, asked.headers.get("X-Send-Plainly"), asked.text) == (401, "true", "")
    assert "HX-Redirect" not in asked.headers


def test_so_it_is_where_another_session_has_begun(ann: Browser, engine: Engine) -> None:
    headers = {"Origin": ann.origin, "Referer": ann.origin + PAGE, "HX-Request": "true"}

    asked = ann.client.post(PAGE, data={"form_token": "old.one", "form_of": "1"} | TYPED, headers=headers)

    assert (asked.status_code, asked.headers.get("X-Send-Plainly")) == (403, "true")
    assert kept(engine) == {}


def test_what_is_searched_while_it_is_typed_is_searched_after_signing_in(ann: Browser, clock: Clock) -> None:
    clock.move(days=2)
    headers = {"Referer": f"{ann.origin}/listings?q=a", "HX-Request": "true"}
    typed = ann.client.get("/listings?q=abc", headers=headers)
    part = ann.client.get("/listings/changes/part?at=x", headers=headers)

    assert typed.headers["HX-Redirect"] == "/sign-in?next=/listings%3Fq%3Dabc"
    assert part.headers["HX-Redirect"] == "/sign-in?next=/listings%3Fq%3Da"


def test_a_form_of_a_button_alone_is_kept_too(ann: Browser, clock: Clock) -> None:
    ann.get(PAGE)
    clock.move(days=2)
    asked = ann.client.post("/differences/ask", data={"form_of": "1"}, headers={"Origin": ann.origin})
    signed = ann.post("/sign-in", username="ann", password=PASSWORD, next="/differences", unsent=unsent_in(asked))

    assert (asked.status_code, signed.status_code) == (401, 200)
    assert 'action="/differences/ask" data-page="/differences"' in signed.text


def test_nobody_who_signs_in_is_offered_to_sign_out(ann: Browser, clock: Clock) -> None:
    clock.move(days=2)

    asked = ann.client.post("/sign-out", data={"form_of": "1"}, headers={"Origin": ann.origin})

    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in")


@pytest.mark.parametrize("step", ["apply", "confirm"])
def test_a_preview_is_shown_again_with_what_was_chosen(ann: Browser, clock: Clock, step: str) -> None:
    """Its form leads to the preview, not to the change; and it has no password in it."""
    clock.move(days=2)
    of_action = {"form_of": "1", "action": "delete", "everything": "true", "view": "withdrawn", "q": "abc"}
    of_action |= {"back": "/listings?view=withdrawn", "previewed": "2", "password": "never again"}
    headers = {"Origin": ann.origin, "Referer": f"{ann.origin}/listings/preview"}
    asked = ann.client.post(f"/listings/{step}", data=of_action, headers=headers)
    signed = ann.post("/sign-in", username="ann", password=PASSWORD, unsent=unsent_in(asked))
    shown = send_now(ann, signed)

    assert "never again" not in asked.text + signed.text
    assert 'action="/listings/preview" data-page="/listings?view=withdrawn" data-preview="true"' in signed.text
    assert shown.status_code == 200
    assert "This was not done yet." in shown.text
    assert '<input type="hidden" name="q" value="abc">' not in shown.text  # nothing fits: no form


@pytest.mark.parametrize(
    ("action", "came_from", "page"),
    [
        ("/rules", "/rules/preview", "/rules"),
        ("/account/notices/trial", "/account/notices/trial", "/account/notices"),
        ("/rules/exclusions", "https://elsewhere.example/x", "/"),
        ("/rules/exclusions", "/rules?x=1", "/rules?x=1"),
    ],
)
def test_the_page_of_a_form_is_one_that_has_an_address(
    ann: Browser, clock: Clock, action: str, came_from: str, page: str
) -> None:
    """A form that is sent from the response to another one comes back to the page above."""
    ann.get(PAGE)
    clock.move(days=2)
    referer = came_from if came_from.startswith("https") else ann.origin + came_from
    headers = {"Origin": ann.origin, "Referer": referer}
    asked = ann.client.post(action, data={"form_of": "1", "value": "y"}, headers=headers)
    [back] = re.findall(r'name="next" value="([^"]*)"', asked.text)[:1]
    signed = ann.post("/sign-in", username="ann", password=PASSWORD, next=back, unsent=unsent_in(asked))

    assert f'data-page="{page}"' in signed.text


def test_a_form_that_the_password_is_asked_for_is_carried_on_where_the_session_is_over_by_then(
    ann: Browser, clock: Clock, engine: Engine
) -> None:
    ann.get("/account/keys")
    clock.move(minutes=30)
    asked = typed(ann, "/account/keys", [("name", "帳簿"), ("scope", "listings:read")])
    clock.move(days=2)
    fields = {"next": "/account/keys", "unsent": unsent_in(asked)}
    again = ann.post("/confirm", password=PASSWORD, **fields)
    signed = ann.post("/sign-in", username="ann", password=PASSWORD, next=next_in(again), unsent=unsent_in(again))
    form = OfOneButton(signed.text)

    assert (asked.status_code, again.status_code, next_in(again)) == (403, 401, "/account/keys")
    assert 'data-page="/account/keys"' in signed.text
    assert keys(engine) == []
    assert form.press(ann).status_code == 200
    assert keys(engine) == [("帳簿", {"listings:read"})]


def test_a_password_given_too_late_loses_nothing(ann: Browser, clock: Clock) -> None:
    ann.get("/account")
    clock.move(days=2)
    refused = ann.post("/confirm", password=PASSWORD, next="/account")

    assert (refused.status_code, refused.headers["location"]) == (303, "/sign-in")
    assert "set-cookie" not in refused.headers
