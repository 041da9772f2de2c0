"""The parts put together: settings, database, operations, and what is served beside the API."""

from datetime import timedelta
from functools import cached_property

import asyncpg
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from ajar import docs_page, openapi, resources
from ajar.access import SignIn
from ajar.config import Settings
from ajar.kernel import http, ops, query, render
from ajar.kernel.clock import Clock
from ajar.kernel.operations import all_operations
from ajar.kernel.registry import resources as registry
from ajar.limits import Limits

DOCUMENT = f"{http.PREFIX}/openapi.json"


class App:
    """The ASGI application of one process."""

    def __init__(self, settings: Settings, database: str):
        resources.load()
        self.settings, self.database = settings, database
        self.clock, self.sign_in = Clock(settings.time), SignIn()
        self.operations = all_operations()
        self.api = http.Api(
            self.operations,
            sign_in=self.sign_in,
            limit=Limits(settings.rate_limit),
            clock=self.clock,
            observe=lambda name, status, seconds: None,
            most_bytes=settings.max_body_bytes,
            fold=timedelta(seconds=settings.event_consolidation_seconds),
            origin=settings.address,
        )

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "lifespan":
            return await self.live(receive, send)
        path, beside = scope["path"], scope["path"].rstrip("/")
        if scope["type"] == "http" and path.startswith(http.PREFIX + "/") and beside != DOCUMENT:
            return await self.api(scope, receive, send)
        await self.beside(beside)(scope, receive, send)

    def beside(self, path: str) -> Response:
        if path == "/healthz":
            return PlainTextResponse("ok")
        if path in (DOCUMENT, "/docs"):
            return self.documentation[path]
        return PlainTextResponse("Not found.", 404)

    @cached_property
    def documentation(self) -> dict[str, Response]:
        document = openapi.document(self.operations.values())
        page = HTMLResponse(docs_page.page(document))
        page.headers["content-security-policy"] = docs_page.POLICY
        return {DOCUMENT: JSONResponse(document), "/docs": page}

    async def live(self, receive, send) -> None:
        await receive()
        prepare_shapes()
        async with http.pool(self.database, self.settings.pool_size) as self.api.pool:
            listener = await asyncpg.connect(self.database)
            await self.sign_in.listen(listener)
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await listener.close()
        await send({"type": "lifespan.shutdown.complete"})


def prepare_shapes() -> None:
    """Write the statements that every server will be asked for, before anyone asks."""
    for resource in registry.values():
        render.by_id.prepare(resource, None)
        query.paged.prepare(resource, None, (), "", None)
        ops.locked.prepare(resource)
        for action in ("created", "updated", "deleted"):
            ops.written.prepare(resource, action)
