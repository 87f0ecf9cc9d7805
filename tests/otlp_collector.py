"""A collector of traces on this machine that speaks OTLP/HTTP with protobuf bodies, and keeps what it was sent."""

from __future__ import annotations

import gzip
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)


class Collector:
    """Listens from its making to `close`."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.paths: list[str] = []
        received = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                packed = self.headers.get("Content-Encoding") == "gzip"
                received.bodies.append(gzip.decompress(body) if packed else body)
                received.paths.append(f"{self.path} {self.headers['Content-Type']}")
                answer = ExportTraceServiceResponse().SerializeToString()
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"

    def spans(self) -> list[Any]:
        """Every span that came, in the order of its coming."""
        found = []
        for body in self.bodies:
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                found += [span for scope in resource.scope_spans for span in scope.spans]
        return found

    def resources(self) -> set[tuple[str, str]]:
        """What the senders say of themselves."""
        found = [ExportTraceServiceRequest.FromString(body).resource_spans for body in self.bodies]
        return {(a.key, a.value.string_value) for spans in found for one in spans for a in one.resource.attributes}

    def wait_for(self, count: int, *, timeout_s: float = 20) -> None:
        until = time.monotonic() + timeout_s
        while len(self.spans()) < count and time.monotonic() < until:
            time.sleep(0.02)

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def facts(span: Any) -> dict[str, Any]:
    """The attributes of a span as plain values."""
    return {a.key: getattr(a.value, a.value.WhichOneof("value")) for a in span.attributes}
