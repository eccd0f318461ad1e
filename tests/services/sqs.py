"""A server that speaks SQS: moto's, in a process of its own.

It was chosen over ElasticMQ, which needs a JVM and some forty jars: moto is pure Python and starts within a second.
"""

import sys
from pathlib import Path
from typing import Any

import boto3
from tests.services.process import Service, free_port

REGION = "ap-northeast-1"
KEY = {"aws_access_key_id": "AKIATESTING", "aws_secret_access_key": "testing"}
SERVER = "import sys; from moto.server import main; main(sys.argv[1:])"


class Sqs(Service):
    def __init__(self, folder: Path, port: int | None = None) -> None:
        port = port or free_port()
        command = [sys.executable, "-W", "ignore", "-c", SERVER, "--host", "127.0.0.1", "--port", str(port)]
        super().__init__(command, folder / "sqs.log", port=port)
        self.wait_until(self.accepts, 30)
        self.client = _client(port)

    def make_queue(self, name: str) -> str:
        """Return the queue's address."""
        return str(self.client.create_queue(QueueName=name)["QueueUrl"])

    def send(self, url: str, *bodies: str) -> None:
        for body in bodies:
            self.client.send_message(QueueUrl=url, MessageBody=body)

    def size(self, url: str) -> int:
        """Return the number of messages that are not deleted."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        told = self.client.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(told[name]) for name in names)


def _client(port: int) -> Any:
    return boto3.session.Session().client("sqs", region_name=REGION, endpoint_url=f"http://127.0.0.1:{port}", **KEY)
