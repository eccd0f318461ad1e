"""A small Amazon without sockets: it gives the responses that a test sets, and records the requests."""

import httpx
import orjson
from pydantic import SecretStr

from mercarich_feed.adapters.http import Http
from mercarich_feed.adapters.lwa import Application, Lwa
from mercarich_feed.adapters.pacing import Pace
from mercarich_feed.adapters.sp_api import SpApi
from mercarich_feed.domain.pushes import Account

Answer = tuple[int, object] | tuple[int, object, dict[str, str]]
ACCOUNT = Account(7, "A1SELLER", "A1VC38T7YXB528", "Atzr|refresh", trusted=True)
TOKEN: Answer = (200, {"access_token": "Atza|one", "token_type": "bearer", "expires_in": 3600})
ACCEPTED: Answer = (200, {"sku": "S", "status": "ACCEPTED", "submissionId": "1", "issues": []})


class FakeAmazon:
    """`tokens` and `answers` are returned in turn, the last one repeatedly."""

    def __init__(self, *answers: Answer, tokens: tuple[Answer, ...] = (TOKEN,)) -> None:
        self.answers = list(answers) or [ACCEPTED]
        self.tokens = list(tokens)
        self.requests: list[httpx.Request] = []
        self.token_requests: list[httpx.Request] = []
        self.waits: list[float] = []
        self.clock = 0.0

    def http(self) -> Http:
        return Http(5.0, lambda: httpx.MockTransport(self._answer))

    def lwa(self, http: Http, retry_seconds: float = 30) -> Lwa:
        application = Application("http://amazon/lwa", "client", SecretStr("hidden"))
        return Lwa(http, application, retry_seconds=retry_seconds, now=lambda: self.clock)

    def api(self) -> SpApi:
        http = self.http()
        return SpApi(http, "http://amazon/spapi", self.lwa(http), Pace(self.sleep, lambda: self.clock))

    def sleep(self, seconds: float) -> bool:
        self.waits.append(seconds)
        self.clock += seconds
        return False

    def _answer(self, request: httpx.Request) -> httpx.Response:
        is_token = request.url.path == "/lwa"
        (self.token_requests if is_token else self.requests).append(request)
        answers = self.tokens if is_token else self.answers
        status, body, *headers = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(body, Exception):
            raise body
        content = body.encode() if isinstance(body, str) else orjson.dumps(body)
        return httpx.Response(status, content=content, headers=headers[0] if headers else {})
