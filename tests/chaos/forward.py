"""Takes connections and hands each to the first of several addresses that answers: a balancer, or a way out of a host.

`python -m tests.chaos.forward LISTEN_HOST:PORT BACKEND_HOST:PORT...`
"""

from __future__ import annotations

import asyncio
import itertools
import sys
from contextlib import suppress

CONNECTS_WITHIN_S = 1.0
type Address = tuple[str, int]


async def serve(listen: Address, backends: list[Address]) -> None:
    """Serve until cancelled; backends take turns, and one that does not answer is passed over."""
    turn = itertools.count()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = next(turn)
        for at in range(len(backends)):
            host, port = backends[(first + at) % len(backends)]
            with suppress(OSError, TimeoutError):
                there = await asyncio.wait_for(asyncio.open_connection(host, port), CONNECTS_WITHIN_S)
                await asyncio.gather(_pass(reader, there[1]), _pass(there[0], writer))
                return
        writer.close()

    server = await asyncio.start_server(take, *listen)
    async with server:
        await server.serve_forever()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    with suppress(OSError):
        if writer.can_write_eof():
            writer.write_eof()
        else:
            writer.close()


def _address(text: str) -> Address:
    host, _, port = text.rpartition(":")
    return host, int(port)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(_address(sys.argv[1]), [_address(text) for text in sys.argv[2:]]))
