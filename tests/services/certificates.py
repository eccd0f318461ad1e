"""An authority of tests, and the certificates that it issues, as PEM files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

BACK, AHEAD = timedelta(days=1), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Issued:
    cert: Path
    key: Path
    """PKCS #8, without a password."""

    @property
    def both(self) -> str:
        """Return key and certificate as one PEM text, the form of Kafka's keystores."""
        return self.key.read_text() + self.cert.read_text()


class Authority:
    """A CA that signs for 127.0.0.1, or for names. Its certificate is the file `cert`."""

    def __init__(self, folder: Path, name: str = "ca") -> None:
        self._folder = folder
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"tests' {name}")])
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.cert = folder / f"{name}.crt"
        built = self._builder(self._name, self._key.public_key()).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        self._write(self.cert, built)

    def issue(self, name: str, hosts: Sequence[str] = ()) -> Issued:
        """Issue a certificate for servers and clients, at this machine or at `hosts`. A second of the same name
        replaces the first's files."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        here = [x509.IPAddress(ip_address("127.0.0.1")), x509.DNSName("localhost")]
        names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts] or here)
        issued = Issued(self._folder / f"{name}.crt", self._folder / f"{name}.key")
        self._write(issued.cert, self._builder(subject, key.public_key()).add_extension(names, critical=False))
        issued.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return issued

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name).public_key(key)
        builder = builder.serial_number(x509.random_serial_number())
        return builder.not_valid_before(now - BACK).not_valid_after(now + AHEAD)

    def _write(self, file: Path, builder: x509.CertificateBuilder) -> None:
        file.write_bytes(builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
