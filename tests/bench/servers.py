"""The servers that are compared: Earmark itself, and the plain forms it is measured against.

Each runs in a process of its own, one worker, the same HTTP implementation. Arguments: which one, the app's database
URL, the folder of the keys. Prints its port when it listens.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import uvicorn
from dbos import DBOSClient
from fastapi import APIRouter, Request
from fastapi.responses import Response
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import create_engine, make_url, text
from starlette.applications import Starlette
from starlette.routing import Route
from twilio.request_validator import RequestValidator

from pipeline.intake.accept_recording import accept_recording
from pipeline.store.session import Database
from pipeline.vendors.files import FileArtifacts
from pipeline.vendors.key_file import FileKeys
from pipeline.vendors.system_clock import SystemClock
from pipeline.workflows.queue import DurableQueue
from pipeline.workflows.serializer import JsonSerializer
from tests.bench.tenants import BASE, TOKEN
from tests.fakes import NotedRecordings, NotedTelephony
from tests.roles import beside
from webhooks.app import create_app
from webhooks.tenancy import WebContext
from webhooks.twilio.door import Asked, Context, admitted, taken
from webhooks.twilio.news import read_news

_INSERT = (
    "insert into earmark.inbox (tenant, provider, event_id, body, received_at) values (%s, 'twilio', %s, %s, now()) "
    "on conflict do nothing returning id"
)


def earmark(url: str, folder: Path) -> object:
    """The product, as it is deployed."""
    return create_app(_context(url, folder))


def one_transaction(url: str, folder: Path) -> object:
    """The product's own work for a recording callback, one transaction a request, on threads."""
    app = create_app(_context(url, folder))
    router = APIRouter()

    @router.post("/plain/{tenant}/recording")
    def take(tenant: str, envelope: Asked, context: Context) -> Response:
        with admitted(context, tenant, envelope) as visit:
            accept_recording(visit.tx, read_news(visit.fields), queue=context.queue)
        return taken()

    app.include_router(router)
    return app


def plain_recording(url: str, folder: Path) -> object:
    """As anybody would write it: signature, one insert, the engine's own enqueueing, one transaction a request.

    With one role for everything, the owner: Earmark's app may not write the engine's tables.
    """
    engine = create_engine(make_url(url).set(username="postgres"), pool_size=16)
    client = DBOSClient(system_database_engine=engine, serializer=JsonSerializer(), lazy=True)

    def work(tenant: str, sid: str, form: dict[str, str]) -> None:
        with engine.begin() as connection:
            connection.execute(text("select set_config('app.tenant', :t, true)"), {"t": tenant})
            added = connection.exec_driver_sql(
                _INSERT, (tenant, f"{sid}:{form['RecordingStatus']}", Jsonb({"sid": sid}))
            )
            if added.first() is not None:
                workflow_id = f"plain:{tenant}:{sid}"
                client.enqueue_in_transaction(
                    connection,
                    {"workflow_name": "x", "queue_name": "bench", "workflow_id": workflow_id},
                    tenant,
                    sid,
                )

    async def take(request: Request) -> Response:
        from starlette.concurrency import run_in_threadpool

        form = dict((await request.form()).items())
        if not _is_signed(request, form):
            return Response(status_code=403)
        await run_in_threadpool(work, request.path_params["tenant"], form["RecordingSid"], form)
        return Response(status_code=204)

    return Starlette(routes=[Route("/plain/{tenant}/recording", take, methods=["POST"])])


def plain_voice(url: str, folder: Path) -> object:
    """The least that a voice webhook could do: signature and one insert, one transaction a request."""
    pool = AsyncConnectionPool(url.replace("+psycopg", "", 1), min_size=8, max_size=8, open=False)

    async def take(request: Request) -> Response:
        form = dict((await request.form()).items())
        if not _is_signed(request, form):
            return Response(status_code=403)
        tenant = request.path_params["tenant"]
        async with pool.connection() as connection:
            await connection.execute("select set_config('app.tenant', %s, true)", (tenant,))
            await connection.execute(_INSERT, (tenant, f"{form['CallSid']}:plain", Jsonb({"call": form["CallSid"]})))
        return Response("<Response/>", media_type="text/xml")

    async def lifespan(_: Starlette):
        await pool.open()
        yield

    from contextlib import asynccontextmanager

    return Starlette(
        routes=[Route("/plain/{tenant}/voice", take, methods=["POST"])], lifespan=asynccontextmanager(lifespan)
    )


SERVERS: dict[str, Callable[[str, Path], object]] = {
    "earmark": earmark,
    "one-transaction": one_transaction,
    "plain-recording": plain_recording,
    "plain-voice": plain_voice,
}


def _context(url: str, folder: Path) -> WebContext:
    database = Database(beside(url), clock=SystemClock(), pool_size=16, patience_s=2)
    return WebContext(
        database=database,
        objects=FileArtifacts(folder / "objects"),
        keys=FileKeys(folder / "keys"),
        queue=DurableQueue(database, version="1"),
        recordings=NotedRecordings(),
        telephony=NotedTelephony(),
        clock=SystemClock(),
        public_base=BASE,
    )


def _is_signed(request: Request, form: dict[str, str]) -> bool:
    signature = request.headers.get("x-twilio-signature", "")
    return bool(RequestValidator(TOKEN).validate(BASE + request.url.path, form, signature))


class _Server(uvicorn.Server):
    async def startup(self, sockets=None) -> None:
        await super().startup(sockets)
        print(self.servers[0].sockets[0].getsockname()[1], flush=True)


def main() -> None:
    """Serve until killed."""
    app = SERVERS[sys.argv[1]](sys.argv[2], Path(sys.argv[3]))
    _Server(uvicorn.Config(app, port=0, log_config=None, access_log=False)).run()


if __name__ == "__main__":
    main()
