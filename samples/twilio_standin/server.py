"""The stand-in as a local server: start it on a free port, play calls, stop it."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from samples.scenario import Fault, Scenario, ScenarioError, load_scenario, parse_scenario
from samples.twilio_standin.ledger import Account, Ledger
from samples.twilio_standin.leg import AgentApi
from samples.twilio_standin.played import PlayedCall
from samples.twilio_standin.player import NumberUrls, Player, tenant_urls
from samples.twilio_standin.rest import Rest

_START_WITHIN_S: Final = 10


class Standin:
    """Twilio, as far as Earmark can tell.

    Example:
        with Standin() as twilio:
            account = twilio.add_account(Account(sid="AC...", auth_token="..."))
            played = twilio.play(scenario, account, base="http://127.0.0.1:8000")
    """

    def __init__(self, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.ledger = Ledger()
        self.player = Player(self.ledger)
        self._rest = Rest(self.ledger, self.player)
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((host, port))
        self._host = host
        self._server = uvicorn.Server(uvicorn.Config(self._app(), log_config=None, lifespan="off", ws="none"))
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)

    @property
    def url(self) -> str:
        """Give the address that stands for https://api.twilio.com."""
        return f"http://{self._host}:{self._socket.getsockname()[1]}"

    def start(self) -> Self:
        """Serve, on a thread of its own."""
        self._thread.start()
        ready = threading.Event()
        for _ in range(_START_WITHIN_S * 100):
            if self._server.started:
                return self
            ready.wait(0.01)
        raise RuntimeError("the stand-in did not start")

    def stop(self) -> None:
        """Stop serving, and let calls that are being made end."""
        self.join()
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(timeout=10)
        self._socket.close()
        self.player.close()

    def join(self) -> None:
        """Wait for the calls that the product has asked for by REST to end."""
        for thread in self.player.threads:
            thread.join(timeout=30)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def add_account(self, account: Account) -> Account:
        """Open an account."""
        return self.ledger.add_account(account)

    def play(
        self, scenario: Scenario, account: Account, *, base: str, agent_key: str | None = None, path: str | None = None
    ) -> PlayedCall:
        """Play a scenario against the product at `base`.

        Args:
            scenario: who calls and what happens.
            account: the tenant's account; its token signs. It must have been added.
            base: the product's public address, such as `http://127.0.0.1:8000`.
            agent_key: bearer key with which the tenant's agent reports a withdrawal.
            path: the tenant's name in the webhook's path; the scenario's tenant unless given.
        """
        urls = tenant_urls(base, path or scenario.tenant)
        agent = AgentApi(base=base.rstrip("/"), key=agent_key) if agent_key else None
        return self.player.play(scenario, account, urls, agent=agent)

    def play_at(self, scenario: Scenario, account: Account, urls: NumberUrls) -> PlayedCall:
        """Play against webhooks at other addresses than Earmark's."""
        return self.player.play(scenario, account, urls)

    def _app(self) -> Starlette:
        own = [
            Route("/_standin/play", self._play, methods=["POST"]),
            Route("/_standin/account", self._account, methods=["POST"]),
            Route("/_standin/faults", self._faults, methods=["POST"]),
            Route("/_standin/advance", self._advance, methods=["POST"]),
            Route("/_standin/release/{call_sid}", self._release, methods=["POST"]),
        ]
        return Starlette(routes=[*own, *self._rest.routes()])

    async def _play(self, request: Request) -> Response:
        """Play `{scenario: directory or body, webhook_base, tenant, account_sid, auth_token, agent_key}`."""
        body = await request.json()
        try:
            given = body["scenario"]
            scenario = load_scenario(Path(given)) if isinstance(given, str) else parse_scenario(given)
            account = self.ledger.accounts.get(body["account_sid"]) or Account(
                sid=body["account_sid"], auth_token=body["auth_token"]
            )
            account.auth_token = body.get("auth_token", account.auth_token)
            base = body["webhook_base"]
        except (ScenarioError, KeyError) as error:
            return JSONResponse({"error": str(error)}, 422)
        self.add_account(account)
        played = await run_in_threadpool(
            self.play, scenario, account, base=base, agent_key=body.get("agent_key"), path=body.get("tenant")
        )
        return JSONResponse(played.to_json())

    async def _account(self, request: Request) -> Response:
        body = await request.json()
        pem = body.pop("public_key_pem", None)
        self.add_account(Account(**body, public_key_pem=pem.encode() if pem else None))
        return Response(status_code=204)

    async def _faults(self, request: Request) -> Response:
        self.ledger.add_fault(Fault.model_validate(await request.json()))
        return Response(status_code=204)

    async def _advance(self, request: Request) -> Response:
        self.ledger.advance(**await request.json())
        return Response(status_code=204)

    async def _release(self, request: Request) -> Response:
        sent = await run_in_threadpool(self.player.release_held, request.path_params["call_sid"])
        return JSONResponse({"sent": len(sent)})
