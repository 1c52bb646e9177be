"""The HTTP application: every request goes through the same gates."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from aiohttp import web

from tests.fake_discord.errors import Refusal, not_modelled, own_failure, unauthorized
from tests.fake_discord.gateway.endpoint import serve_gateway
from tests.fake_discord.hub import Hub
from tests.fake_discord.jsontypes import Answer
from tests.fake_discord.rest.call import Call, read_body
from tests.fake_discord.rest.journal import Exchange
from tests.fake_discord.rest.ratelimits import BannedRefusal, LimitedRefusal
from tests.fake_discord.rest.routes import ROUTES, Route
from tests.fake_discord.rest.trouble import Effect, Trouble
from tests.fake_discord.rules.problems import Problems

BASE = "/api/v10"
LARGEST_BODY = 30 * 1024 * 1024
_Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]


class _Cut(Exception):  # noqa: N818 - not an error: an order
    """The connection is to be dropped without an answer."""


def make_app(hub: Hub) -> web.Application:
    """Build the application with the gateway and all routes."""
    app = web.Application(client_max_size=LARGEST_BODY)

    async def gateway(request: web.Request) -> web.StreamResponse:
        return await serve_gateway(hub, request)

    app.router.add_get("/gateway/", gateway)
    for route in ROUTES:
        app.router.add_route(route.method, BASE + route.path, _serve(hub, route))
    app.router.add_route("*", "/{rest:.*}", _serve(hub, None))
    return app


def _serve(hub: Hub, route: Route | None) -> _Serve:
    async def serve(request: web.Request) -> web.StreamResponse:
        exchange = Exchange(
            method=request.method,
            route=route.path if route else "",
            path=request.path.removeprefix(BASE),
            query=dict(request.query),
        )
        hub.journal.exchanges.append(exchange)
        try:
            response = await _answer(hub, route, exchange, request)
        except _Cut:
            response = web.Response(status=503)
            if request.transport is not None:
                request.transport.abort()
        hub.changes.announce("requests")
        return response

    return serve


async def _answer(hub: Hub, route: Route | None, exchange: Exchange, request: web.Request) -> web.Response:
    try:
        if route is None:
            raise not_modelled(request.method, request.path)
        trouble = hub.troubles.take(exchange)
        await _make_trouble(trouble)
        answer = await _handle(hub, route, exchange, request)
    except Refusal as refusal:
        exchange.status, exchange.code = refusal.status, refusal.code
        hub.journal.refuse(exchange, refusal)
        return _respond(refusal.body(), refusal.status, refusal.headers)
    if trouble is not None and trouble.effect is Effect.LOSE_ANSWER:
        exchange.status = trouble.status
        return _respond({"message": "Internal Server Error", "code": 0}, trouble.status)
    exchange.status = 204 if answer is None else 200
    return _respond(answer, exchange.status)


async def _make_trouble(trouble: Trouble | None) -> None:
    if trouble is None:
        return
    match trouble.effect:
        case Effect.DELAY:
            await asyncio.sleep(trouble.seconds)
        case Effect.LIMIT:
            raise LimitedRefusal(trouble.seconds)
        case Effect.BAN:
            raise BannedRefusal(trouble.seconds)
        case Effect.FAIL:
            raise Refusal(trouble.status, trouble.code, "Failed on order")
        case Effect.CUT:
            raise _Cut
        case Effect.LOSE_ANSWER:
            return


async def _handle(hub: Hub, route: Route, exchange: Exchange, request: web.Request) -> Answer:
    if not route.open:
        expected = f"Bot {hub.settings.token}"
        if request.headers.get("Authorization") != expected:
            raise unauthorized()
    body, uploads = await read_body(request)
    exchange.body = body
    if hub.openapi is not None and (body is not None or uploads):
        problems = Problems()
        hub.openapi.check(route.method, route.path, body, problems)
        problems.raise_if_any()
    call = Call(
        path=dict(request.match_info),
        query=request.query,
        body=body,
        uploads=uploads,
    )
    try:
        return route.handler(hub, call)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise own_failure(error) from error


def _respond(answer: Answer, status: int, headers: dict[str, str] | None = None) -> web.Response:
    """Answer in JSON; discord.py wants the type to be exactly application/json."""
    if answer is None:
        return web.Response(status=204, headers=headers)
    return web.Response(
        body=json.dumps(answer).encode(),
        status=status,
        headers={"Content-Type": "application/json"} | (headers or {}),
    )
