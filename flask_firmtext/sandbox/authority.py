"""A certificate authority of the sandbox's own, and the server certificates it signs."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .files import one_at_a_time, write_private

_LIFE = timedelta(days=3650)
_HERE = (x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1")))


class Authority:
    """The authority of one state directory; made when absent, kept afterwards."""

    def __init__(self, state_dir: Path) -> None:
        self._dir = state_dir
        self.bundle = state_dir / "ca.pem"
        with one_at_a_time(state_dir):
            if not self.bundle.exists():
                self._make()

    def context(self) -> ssl.SSLContext:
        """TLS as the carrier serves it."""
        return _context(self._dir / "server.pem")

    def bad_context(self, how: str) -> ssl.SSLContext:
        """TLS with a certificate that a careful client refuses: `authority`, `name` or `expired`."""
        path = self._dir / f"bad-{how}.pem"
        if not path.exists():
            if how == "authority":
                write_private(path, _signed_by(*_root("Somebody Else's Authority"), _HERE, _LIFE))
            else:
                key, cert = self._root_pair()
                names = (x509.DNSName("carrier.invalid"),) if how == "name" else _HERE
                life = -timedelta(days=1) if how == "expired" else _LIFE
                write_private(path, _signed_by(key, cert, names, life))
        return _context(path)

    def _make(self) -> None:
        key, cert = _root("FirmText Sandbox Authority")
        write_private(self._dir / "ca-key.pem", _pem(key))
        write_private(self._dir / "server.pem", _signed_by(key, cert, _HERE, _LIFE))
        write_private(self.bundle, cert.public_bytes(serialization.Encoding.PEM))

    def _root_pair(self) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        key = serialization.load_pem_private_key((self._dir / "ca-key.pem").read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError("ca-key.pem is not a key of this sandbox; empty the state directory.")
        return key, x509.load_pem_x509_certificate(self.bundle.read_bytes())


def _context(path: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _builder(
    name: str, issuer: x509.Name | None, key: ec.EllipticCurvePrivateKey, life: timedelta
) -> x509.CertificateBuilder:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    end = datetime.now(UTC) + life
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(end, datetime.now(UTC)) - timedelta(days=2))
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _root(name: str) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    builder = (
        _builder(name, None, key, _LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
    )
    return key, builder.sign(key, hashes.SHA256())


def _signed_by(
    root_key: ec.EllipticCurvePrivateKey, root: x509.Certificate, names: tuple[x509.GeneralName, ...], life: timedelta
) -> bytes:
    """A server's private key and certificate, one PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    builder = (
        _builder("FirmText Sandbox Carrier", root.subject, key, life)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(issuer_id, critical=False)
    )
    return _pem(key) + builder.sign(root_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
