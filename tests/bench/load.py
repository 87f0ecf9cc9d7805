"""A load generator: signed requests made beforehand, sent over connections that stay open, each answer timed."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one run gave."""

    count: int
    seconds: float
    statuses: Counter[int] = field(default_factory=Counter)
    latencies: Sequence[float] = ()

    @property
    def rate(self) -> float:
        """Answers in a second."""
        return self.count / self.seconds

    def percentile_ms(self, share: float) -> float:
        """Time within which that share of the requests was answered."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


def signed_request(path: str, form: dict[str, str], *, base: str, token: str) -> bytes:
    """Write a request as it goes over the wire."""
    body = urlencode(form).encode()
    signature = RequestValidator(token).compute_signature(base + path, form)
    head = (
        f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nx-twilio-signature: {signature}\r\n"
        f"content-type: application/x-www-form-urlencoded\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def send(port: int, requests: Sequence[bytes], *, connections: int) -> Measured:
    """Send every request once, over so many connections at a time."""
    import uvloop

    return uvloop.run(_send(port, requests, connections=connections))


async def _send(port: int, requests: Sequence[bytes], *, connections: int) -> Measured:
    waiting = iter(requests)
    statuses: Counter[int] = Counter()
    latencies: list[float] = []

    async def work() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in waiting:
            begun = time.perf_counter()
            writer.write(request)
            statuses[await _answer(reader)] += 1
            latencies.append(time.perf_counter() - begun)
        writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(connections)))
    seconds = time.perf_counter() - begun
    return Measured(count=len(latencies), seconds=seconds, statuses=statuses, latencies=latencies)


async def _answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    lowered = head.lower()
    at = lowered.find(b"content-length:")
    if at >= 0:
        await reader.readexactly(int(lowered[at + 15 : lowered.index(b"\r\n", at)]))
    return int(head[9:12])
