"""The pages of records that no worker could handle: list, show, and replay them."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Response

from mercarich_contracts.topics import TOPICS
from mercarich_platform.outages import BrokerAway
from mercarich_platform.redaction import redact
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import FreshOperator, Operator
from mercarich_web.workers.replaying import DeadLetterDesk

LETTERS_SHOWN = 50
LONGEST_SHOWN = 20_000
NAMES = tuple(topic.name for topic in TOPICS)
Id = Annotated[str, Query(min_length=1, max_length=200)]


def routes(site: Site, desk: DeadLetterDesk) -> APIRouter:
    routes = APIRouter(prefix="/dead-letters")

    @routes.get("")
    def letters(visit: Operator, topic: Annotated[str, Query(max_length=100)] = "") -> Response:
        topic = topic if topic in NAMES else ""
        try:
            rows = desk.list(topic or None, LETTERS_SHOWN).letters
        except BrokerAway:
            rows = None
        return site.page(visit, "workers/dead_letters.html", redact=redact, topic=topic, topics=NAMES, rows=rows)

    @routes.get("/show")
    def show(visit: Operator, id: Id) -> Response:
        letter = desk.show(id)
        text = redact(letter.value.decode(errors="replace"))[:LONGEST_SHOWN]
        return site.page(visit, "workers/dead_letter.html", letter=letter, text=text, redact=redact)

    @routes.post("/replay")
    def replay(visit: FreshOperator, id: Annotated[str, Form(max_length=200)] = "") -> Response:
        done = desk.replay(id, visit.actor)
        return site.to("/dead-letters", "replayed", str(done.count))

    @routes.post("/replay-all")
    def replay_all(visit: FreshOperator, topic: Annotated[str, Form(max_length=100)] = "") -> Response:
        done = desk.replay_all(topic, visit.actor)
        return site.to("/dead-letters", "replayed", str(done.count))

    return routes
