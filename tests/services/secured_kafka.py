"""Apache Kafka with TLS, users and an authorizer: one user may have what begins with one prefix, and nothing else."""

import json
import time
from base64 import urlsafe_b64encode
from pathlib import Path

from kafka import KafkaAdminClient
from kafka.admin import ACL, ACLOperation, ACLPermissionType, ACLResourcePatternType, ResourcePattern, ResourceType
from tests.services.certificates import Authority, Issued
from tests.services.kafka import start_kafka
from tests.services.process import Service, free_port

USER, PASSWORD, PREFIX = "stock", "right horse", "stock."
RIGHTS = {
    ResourceType.TOPIC: (ACLOperation.DESCRIBE, ACLOperation.CREATE, ACLOperation.READ, ACLOperation.WRITE),
    ResourceType.GROUP: (ACLOperation.DESCRIBE, ACLOperation.READ),
}
MODULES = "org.apache.kafka.common.security"


class SecuredKafka:
    """A broker with three listeners: `secured` (SASL_SSL: PLAIN, SCRAM, OAUTHBEARER), `mutual` (SSL with certificates
    of clients), and one without security for what the tests arrange."""

    def __init__(self, folder: Path) -> None:
        self.authority = Authority(folder)
        self.client: Issued = self.authority.issue(USER)
        self._folder = folder
        inner, secured, mutual, controller = (free_port() for _ in range(4))
        self.inner, self.secured, self.mutual = (f"127.0.0.1:{port}" for port in (inner, secured, mutual))
        server = self.authority.issue("server")
        (folder / "keystore.pem").write_text(server.both)
        listeners = f"INNER://{self.inner},SECURED://{self.secured},MUTUAL://{self.mutual}"
        more = {
            "controller.quorum.voters": f"1@127.0.0.1:{controller}",
            "listeners": f"{listeners},CONTROLLER://127.0.0.1:{controller}",
            "advertised.listeners": listeners,
            "listener.security.protocol.map": "INNER:PLAINTEXT,SECURED:SASL_SSL,MUTUAL:SSL,CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name": "INNER",
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": folder / "keystore.pem",
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": self.authority.cert,
            "listener.name.mutual.ssl.client.auth": "required",
            "listener.name.mutual.ssl.principal.mapping.rules": "RULE:^CN=(.*)$/$1/",
            "listener.name.secured.sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER",
            "listener.name.secured.plain.sasl.jaas.config": (
                f'{MODULES}.plain.PlainLoginModule required user_{USER}="{PASSWORD}";'
            ),
            "listener.name.secured.scram-sha-256.sasl.jaas.config": f"{MODULES}.scram.ScramLoginModule required;",
            "listener.name.secured.scram-sha-512.sasl.jaas.config": f"{MODULES}.scram.ScramLoginModule required;",
            "listener.name.secured.oauthbearer.sasl.jaas.config": (
                f'{MODULES}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="{USER}";'
            ),
            "connection.failed.authentication.delay.ms": 0,
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "allow.everyone.if.no.acl.found": "false",
            "super.users": "User:ANONYMOUS",
        }
        formatted = [
            word
            for kind in ("SCRAM-SHA-256", "SCRAM-SHA-512")
            for word in ("--add-scram", f"{kind}=[name={USER},password={PASSWORD}]")
        ]
        self.service: Service = start_kafka(folder, port=inner, more=more, formatted=formatted)
        self._allow()

    def token(self, *, seconds: float = 3600) -> Path:
        """Return the file with a token of the user that ends after `seconds`. The broker trusts unsigned ones."""
        now = time.time()
        parts = {"alg": "none"}, {"sub": USER, "iat": now - 60, "exp": now + seconds}
        head, body = (urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
        file = self._folder / "token"
        file.write_text(f"{head}.{body}.\n")
        return file

    def stop(self) -> None:
        self.service.stop()

    def _allow(self) -> None:
        """Let the user do what docs/kubernetes.md asks for."""
        acls = [
            ACL(
                principal=f"User:{USER}",
                host="*",
                operation=operation,
                permission_type=ACLPermissionType.ALLOW,
                resource_pattern=ResourcePattern(kind, PREFIX, ACLResourcePatternType.PREFIXED),
            )
            for kind, operations in RIGHTS.items()
            for operation in operations
        ]
        admin = KafkaAdminClient(bootstrap_servers=self.inner)
        try:
            admin.create_acls(acls)
        finally:
            admin.close()
