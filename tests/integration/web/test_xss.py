"""The XSS corpus: text from marketplaces, sellers and programs stays text on every page, for every visitor."""

from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from sqlalchemy import Engine
from tests.integration.web.rows import Rows, ago
from tests.integration.web.site import PASSWORDS, Browser, let_sign_in, served

from mercarich_db import tables
from mercarich_platform.settings import SharedSettings
from mercarich_web.bootstrap import build_pages
from mercarich_web.settings import PagesSettings

CORPUS = (
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</title></textarea></style></script><script>alert(1)</script>",
    '" autofocus onfocus=alert(1) x="',
    "' onmouseover='alert(1)",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href=javascript:alert(1)>x</a>",
    "javascript:alert(1)//",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<base href=//evil.example/><meta http-equiv=refresh content=0;url=//evil.example>",
    "{{7*7}}{% raw %}${7*7}<%= 7*7 %>",
    "\\x3cscript\\x3ealert(1)\\x3c/script\\x3e",
    "＜script＞alert(1)＜/script＞",
    "<script\x0c>alert(1)</script\x0c>",
    "<object data=data:text/html;base64,PHNjcmlwdD4=>",
    "<form action=//evil.example><button>x</button>",
    "\u202egnp.exe\u2066\x07\x9b2J",
)
PAGES = {
    "ann": (
        "/",
        "/listings",
        "/listings/{listing}",
        "/listings/{listing}/edit",
        "/replacements",
        "/jobs",
        "/jobs/{job}",
        "/rules",
        "/account/keys",
        "/amazon",
    ),
    "operator": ("/", "/sellers", "/sellers/1", "/audit", "/holds", "/runs", "/tokens"),
}


class Markup(HTMLParser):
    """Return what would run in a page, or lead elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.alive: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            text = (value or "").strip().lower()
            leads = name in {"src", "href", "action", "data", "formaction", "srcdoc", "content"}
            if name.startswith("on") or (
                leads and ("evil.example" in text or text.startswith(("javascript:", "data:")))
            ):
                self.alive.append(f"{tag} {name}={value}")
        if tag == "script" and not (dict(attrs).get("src") or "").startswith("/assets/"):
            self.alive.append(f"script {attrs}")


@pytest.fixture
def shop(database_url: str, engine: Engine, rows: Rows) -> Iterator[tuple[dict[str, Browser], dict[str, int]]]:
    """Every field that others write holds the whole corpus, with as many rows as needed."""
    ann = rows.user("ann")
    operator = rows.add(tables.users, username="operator", plan=2, active=True, is_staff=True, created_at=ago(days=1))
    for user_id in (ann, operator):
        let_sign_in(engine, user_id)
    ids = {}
    for number, evil in enumerate(CORPUS):
        source = rows.source(f"x{number}", state="sold", reason="won", title=evil, seller_id=evil[:60])
        proof = rows.evidence(source, extract=evil)
        values = {"title": evil, "quantity": 0, "searching": True, "withdrawn_at": ago(hours=1)}
        ids["listing"] = rows.listing(ann, source, evil[:40], **values)
        rows.event(ids["listing"], "withdrawn", user_id=ann, reason="won", evidence_id=proof)
        found = {"marketplace": "yahoo", "item_id": f"y{number}", "url": evil, "title": evil}
        about = {"listing_id": ids["listing"], "user_id": ann, "old_source_item_id": source, "at": ago(hours=1)}
        rows.add(tables.revivals, **found, **about, state="proposed")
        rows.add(tables.excluded_words, user_id=ann, word=evil[:60])
        key = {"key_hash": f"{number:064}", "name": evil[:64], "scopes": "jobs:read", "created_at": ago(hours=1)}
        rows.add(tables.api_keys, user_id=ann, **key)
        deed = {"actor": evil[:64], "action": "x", "subject": evil, "detail": evil, "agent": evil[:200]}
        rows.add(tables.audit_log, at=ago(hours=1), user_id=ann, address="192.0.2.1", **deed)
        ids["job"] = _job(rows, ann, evil)
    account = {"seller_id": "A1", "marketplace_id": "M", "refresh_token": "x", "token_verdict": "invalid"}
    rows.add(tables.amazon_accounts, user_id=ann, token_reason=CORPUS[0], **account)
    shared = SharedSettings.model_validate({"database_url": database_url, "kafka_bootstrap": "127.0.0.1:9"})
    with served(build_pages(shared, PagesSettings(), passwords=PASSWORDS)) as site:
        browsers = {}
        for username in PAGES:
            browsers[username] = site.browser()
            browsers[username].sign_in(username)
        yield browsers, ids


def test_the_xss_corpus_is_text_on_every_page(shop: tuple[dict[str, Browser], dict[str, int]]) -> None:
    browsers, ids = shop
    told = 0
    for username, paths in PAGES.items():
        for path in paths:
            answer = browsers[username].get(path.format(**ids))
            page = Markup()
            page.feed(answer.text)
            told += answer.text.count("&lt;script&gt;alert(1)")

            assert answer.status_code == 200, path
            assert page.alive == [], path
            assert not page.tags & {"iframe", "object", "base", "math", "mglyph"}, path
            assert "<script>alert" not in answer.text, path
            assert not set("\u202e\u2066\x07\x9b") & set(answer.text), path
    assert told > len(PAGES["ann"]), "the corpus was on the pages"


def test_a_page_that_did_not_escape_would_be_seen() -> None:
    for evil in CORPUS[:6]:
        page = Markup()
        page.feed(f'<p title="{evil}">{evil}</p>')
        assert page.alive != [], evil


def _job(rows: Rows, user_id: int, evil: str) -> int:
    numbers = dict.fromkeys(("done", "made", "left_out", "wrong", "turn", "fence", "attempts"), 0)
    state = {"kind": "search", "state": "finished", "phase": "ended", "arguments": "{}", "cursor": "{}"}
    times = {"created_at": ago(hours=1), "heartbeat_at": ago(hours=1), "ended_at": ago(minutes=50)}
    job = rows.add(tables.jobs, **numbers, **state, **times, user_id=user_id, created_by=evil[:64], message=evil)
    query = {"job_id": job, "number": 1, "given": evil, "marketplace": "yahoo", "keyword": evil, "conditions": ""}
    rows.add(tables.job_queries, **query, state="done", page=1, made=0, tries=0)
    return job
