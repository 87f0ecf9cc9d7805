"""Starts the web application: settings are read, adapters are chosen, and the port is listened on."""

from __future__ import annotations

import signal
import socket

import uvicorn

from pipeline import telemetry
from pipeline.bootstrap import open_web
from pipeline.bootstrap.telling import disk_of, listening, metrics_token, traces_of
from pipeline.reads.tenant_health import Recognisers
from pipeline.settings import read_settings
from pipeline.telemetry import log
from pipeline.telemetry.listener import Told
from webhooks.app import create_app
from webhooks.tenancy import WebContext


def main() -> None:
    """Serve until told to stop."""
    telemetry.guard_process()
    settings = read_settings()
    with open_web(settings) as opened, traces_of(settings, "web"):
        context = WebContext(
            database=opened.database,
            objects=opened.objects,
            keys=opened.keys,
            queue=opened.queue,
            recordings=opened.recordings,
            telephony=opened.telephony,
            clock=opened.clock,
            public_base=opened.public_base,
            codes=opened.codes,
            events=opened.events,
            identity=opened.identity,
            recognisers=Recognisers(processors=opened.recognisers[0], configured=opened.recognisers[1]),
            metrics_token=metrics_token(settings),
        )
        # The library takes the signals while it serves, and raises them again when it is done: what was opened here
        # is to be closed then, and the process not to die of it.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)
        told = Told(
            token=context.metrics_token, alive=lambda: (), ready=context.readiness.faults, before=disk_of(settings)
        )
        with listening(settings, settings.web.metrics_port, told):
            build_server(context, host=settings.web.host, port=settings.web.port).run()


class Server(uvicorn.Server):
    """Tells when it listens, and on which port."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen."""
        await super().startup(sockets)
        if self.started:
            log().info("web.listening", port=self.servers[0].sockets[0].getsockname()[1])


def build_server(context: WebContext, *, host: str, port: int) -> Server:
    """Make a server of the application. The library's own access log is off: it would write paths with ids."""
    config = uvicorn.Config(
        create_app(context), host=host, port=port, log_config=None, access_log=False, server_header=False
    )
    return Server(config)


if __name__ == "__main__":
    main()
