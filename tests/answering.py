"""A vendor in a test's own words: what is posted to it goes to a function, whose answer goes back."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

HOST = "hooks.example.com"


@contextmanager
def answering(answer: Callable[[bytes], bytes]) -> Iterator[str]:
    """Serve on a free port of this machine and give the address; every POST is answered 200."""

    class Vendor(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            payload = answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Vendor)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Receiver:
    """A server that takes posts: each as its headers, by lower-case name, and its body."""

    url: str = ""
    status: int = 204
    posts: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def receiving(proof: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Serve on a free port of this machine; every POST is answered with its status, taken where that is 2xx.

    With a certificate the server speaks https and is found under `HOST`.
    """
    receiver = Receiver()

    class Server(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if receiver.status < 300:
                receiver.posts.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(receiver.status)
            if receiver.status in (301, 302, 307):
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Server)
    if proof is not None:
        server.socket = proof.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    where = "http://127.0.0.1" if proof is None else f"https://{HOST}"
    receiver.url = f"{where}:{server.server_port}/notices"
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def a_certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Make a certificate for `HOST`; give what a server proves itself with, and what believes it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = Encoding.PEM
    file = folder / "proof.pem"
    private = key.private_bytes(pem, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + made.public_bytes(pem))
    proves, believes = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    proves.load_cert_chain(file)
    believes.load_verify_locations(cadata=made.public_bytes(pem).decode())
    return proves, believes
