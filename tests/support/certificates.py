"""Certificates for the tests' own servers: an authority, and what it vouches for."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Authority:
    """Who signs; `path` holds its certificate, to be trusted by those who want to."""

    path: Path
    key: ec.EllipticCurvePrivateKey
    name: x509.Name

    @classmethod
    def made(cls, path: Path) -> "Authority":
        key, name = ec.generate_private_key(ec.SECP256R1()), _name(f"{path.stem} of the tests")
        constraint = x509.BasicConstraints(ca=True, path_length=None)
        told = _begun(name, name, key).add_extension(constraint, critical=True)
        path.write_bytes(told.sign(key, hashes.SHA256()).public_bytes(PEM))
        return cls(path, key, name)

    def context(self, host: str) -> ssl.SSLContext:
        """What a server at this host name speaks with."""
        key, place = ec.generate_private_key(ec.SECP256R1()), x509.DNSName(host)
        told = _begun(_name(host), self.name, key).add_extension(
            x509.SubjectAlternativeName([place]), critical=False
        )
        chain = self.path.with_name(f"{host}.pem")
        secret = key.private_bytes(
            PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        chain.write_bytes(secret + told.sign(self.key, hashes.SHA256()).public_bytes(PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        return context


PEM = serialization.Encoding.PEM


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )
