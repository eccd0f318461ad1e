"""`ports_orders.OrderQueue` over Amazon SQS: the only module that speaks to AWS.

A message that is lent is not given to others for `VISIBLE_AFTER` seconds, so that several workers may read the queue.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

from pydantic import SecretStr

from mercarich_feed.ports_orders import Message, QueueAway
from mercarich_platform.settings import BadConfiguration

MOST = 10
"""Messages of a request: the most that SQS gives."""
WAIT_SECONDS = 5
"""How long a request waits for messages (long polling). A process that is to end waits as long."""
VISIBLE_AFTER = 300
"""Seconds until a message that was not deleted is given again: longer than ten orders take, even behind a quota."""
_CONNECT_SECONDS, _READ_SECONDS = 5, 10
_REGION = re.compile(r"sqs\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?")
Got = TypeVar("Got")


class Keys(Protocol):
    """The settings of the queue."""

    @property
    def order_queue_url(self) -> str: ...
    @property
    def order_queue_region(self) -> str: ...
    @property
    def order_queue_access_key_id(self) -> str: ...
    @property
    def order_queue_secret_access_key(self) -> SecretStr: ...


class SqsQueue:
    def __init__(self, client: Any, url: str, lent_seconds: int = VISIBLE_AFTER) -> None:
        """`client`: of boto3, for the service sqs."""
        self._client = client
        self._url = url
        self._lent_seconds = lent_seconds

    def receive(self) -> Sequence[Message]:
        asked = {"MaxNumberOfMessages": MOST, "WaitTimeSeconds": WAIT_SECONDS, "VisibilityTimeout": self._lent_seconds}
        counted = {"MessageSystemAttributeNames": ["ApproximateReceiveCount"]}
        found = self._sent(lambda: self._client.receive_message(QueueUrl=self._url, **asked, **counted))
        return [_message(each) for each in found.get("Messages") or ()]

    def delete(self, messages: Sequence[Message]) -> None:
        entries = [{"Id": str(place), "ReceiptHandle": each.receipt} for place, each in enumerate(messages)]
        self._sent(lambda: self._client.delete_message_batch(QueueUrl=self._url, Entries=entries))

    def _sent(self, request: Callable[[], Got]) -> Got:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return request()
        except ClientError as error:
            raise QueueAway(f"the queue refuses: {error.response.get('Error', {}).get('Code')}") from None
        except BotoCoreError as error:  # its text may name the credentials' file, and no secret
            raise QueueAway(f"{type(error).__name__}: {error}") from None


def open_queue(keys: Keys, lent_seconds: int = VISIBLE_AFTER) -> SqsQueue | None:
    """Return the queue; None: no address is set. Raises `BadConfiguration`.

    Without keys of its own, AWS's own chain gives the credentials: variables, a file, the pod's or the machine's role.
    """
    if not keys.order_queue_url:
        return None
    # Imported here: it is slow to load, and most installations have no queue.
    import boto3
    from botocore.config import Config

    parts = urlsplit(keys.order_queue_url)
    secret = keys.order_queue_secret_access_key.get_secret_value()
    if bool(secret) != bool(keys.order_queue_access_key_id):
        raise BadConfiguration("FEED_ORDER_QUEUE_ACCESS_KEY_ID and FEED_ORDER_QUEUE_SECRET_ACCESS_KEY belong together")
    its_own = {"aws_access_key_id": keys.order_queue_access_key_id, "aws_secret_access_key": secret} if secret else {}
    limits = Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=WAIT_SECONDS + _READ_SECONDS,
        retries={"total_max_attempts": 2, "mode": "standard"},
    )
    client = boto3.session.Session().client(
        "sqs", region_name=_region(keys), endpoint_url=f"{parts.scheme}://{parts.netloc}", config=limits, **its_own
    )
    return SqsQueue(client, keys.order_queue_url, lent_seconds)


def _region(keys: Keys) -> str:
    named = _REGION.fullmatch(urlsplit(keys.order_queue_url).hostname or "")
    if not keys.order_queue_region and named is None:
        raise BadConfiguration("FEED_ORDER_QUEUE_REGION is missing: the queue's address does not name its region")
    return keys.order_queue_region or (named.group(1) if named else "")


def _message(told: dict[str, Any]) -> Message:
    receives = (told.get("Attributes") or {}).get("ApproximateReceiveCount") or 1
    return Message(told.get("Body") or "", told["ReceiptHandle"], int(receives))
