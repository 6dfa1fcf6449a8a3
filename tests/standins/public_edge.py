"""The way from this PC to a public https address, played on loopback: proxy, TLS, ngrok's edge.

    with PublicEdge(folder, target_port=ngrok.public_port) as edge:
        edge.use(monkeypatch)      # HTTPS_PROXY and REQUESTS_CA_BUNDLE of the environment

The program then resolves nothing and leaves this computer for nobody: its request goes to the
proxy of "the office", which leads every name to a TLS server with a certificate for
`ngrok_play.NAME`, and from there as plain HTTP to `target_port`.
"""

import datetime
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.standins.ngrok_play import NAME
from tests.waiting import PATIENCE


class PublicEdge:
    """`answer` given: each request is answered with these bytes instead of being led on.

    `refuse_connect`: the proxy itself says no. `silent`: nothing is ever answered.
    """

    def __init__(
        self,
        folder: Path,
        target_port: int = 0,
        *,
        name: str = NAME,
        answer: bytes | None = None,
        refuse_connect: bool = False,
        silent: bool = False,
    ) -> None:
        self.authority = folder / "authority.pem"
        self._certificate = folder / "edge.pem"
        _make_certificates(self.authority, self._certificate, name)
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(self._certificate)
        self._target_port = target_port
        self._answer = answer
        self._refuse_connect = refuse_connect
        self._silent = silent
        self._ended = threading.Event()
        self.asked_for: list[str] = []
        """host:port of each CONNECT."""
        self.met = threading.Event()
        """A request came through TLS."""
        self.requests: list[bytes] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, name="public-edge", daemon=True)]

    def __enter__(self) -> "PublicEdge":
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        with suppress(OSError):  # wakes accept
            socket.create_connection(("127.0.0.1", self.port), PATIENCE).close()
        self._server.close()
        for thread in self._threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()

    def use(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The office's environment names this proxy, and trusts its authority."""
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{self.port}")
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.setenv(name, "127.0.0.1,localhost")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(self.authority))

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                client, _ = self._server.accept()
            except OSError:
                assert self._ended.is_set()  # closed, while the knock of the end waited
                return
            if self._ended.is_set():
                client.close()
                return
            thread = threading.Thread(target=self._serve, args=(client,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        client.settimeout(PATIENCE)
        with client, suppress(OSError):  # the other side gave up: ssl errors are OSErrors too
            head = _read_head(client)
            self.asked_for.append(head.split(b" ")[1].decode())
            if self._refuse_connect:
                client.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                return
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            with self._tls.wrap_socket(client, server_side=True) as line:
                request = _read_request(line)
                self.requests.append(request)
                self.met.set()
                line.sendall(self._answer_to(request))

    def _answer_to(self, request: bytes) -> bytes:
        if self._silent:
            self._ended.wait()
            return b""
        if self._answer is not None:
            return self._answer
        with socket.create_connection(("127.0.0.1", self._target_port), PATIENCE) as behind:
            behind.sendall(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
            behind.settimeout(PATIENCE)
            pieces = iter(lambda: behind.recv(65536), b"")
            return b"".join(pieces)


def page(status: str, body: bytes, *headers: str, kind: str = "text/html") -> bytes:
    """A whole answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body


def _read_head(line: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = line.recv(4096)
        if not piece:
            raise ConnectionError("gone")
        data += piece
    return data


def _read_request(line: socket.socket) -> bytes:
    data = _read_head(line)
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [one for one in head.split(b"\r\n") if one.lower().startswith(b"content-length:")]
    missing = int(lengths[0].split(b":")[1]) - len(body) if lengths else 0
    while missing > 0:
        piece = line.recv(missing)
        data += piece
        missing -= len(piece)
    return data


def _make_certificates(authority: Path, server: Path, name: str) -> None:
    """An authority of our own, and a certificate for `name` with its key."""
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    alternative = x509.SubjectAlternativeName([x509.DNSName(name)])
    ca = _certificate(issuer, issuer, ca_key, ca_key, lambda b: b.add_extension(_CA, critical=True))
    leaf = _certificate(
        subject, issuer, key, ca_key, lambda b: b.add_extension(alternative, critical=False)
    )
    pem = serialization.Encoding.PEM
    authority.write_bytes(ca.public_bytes(pem))
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    server.write_bytes(private + leaf.public_bytes(pem))


_CA = x509.BasicConstraints(ca=True, path_length=None)


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    signed_by: ec.EllipticCurvePrivateKey,
    extend: Callable[[x509.CertificateBuilder], x509.CertificateBuilder],
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + day)
    )
    return extend(builder).sign(signed_by, hashes.SHA256())
