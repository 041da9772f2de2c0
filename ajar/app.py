"""The parts put together: settings, database, operations, and what is served beside the API."""

import asyncio
import contextlib
import ctypes
import gc
import itertools
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import cached_property
from typing import Any

import asyncpg
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from ajar import docs_page, door, family, files, logs, mcp, metrics, openapi, resources
from ajar.access import SignIn
from ajar.clock import Clock
from ajar.config import Settings
from ajar.database import pool
from ajar.formats import zone
from ajar.forms.door import FORMS, Door
from ajar.http import api, request
from ajar.http.headers import GUARDS, SECURE, guarded
from ajar.kernel import ops, query, render
from ajar.kernel.operations import all_operations
from ajar.kernel.registry import resources as registry
from ajar.kernel.sql import Shapes
from ajar.limits import Limits

PATIENCE = 3.0  # seconds
STARTING = 60  # seconds
DOCUMENT = f"{request.PREFIX}/openapi.json"


class App:
    """The ASGI application of one process."""

    def __init__(self, settings: Settings, database: str):
        resources.load()
        self.settings, self.database = settings, database
        self.clock = Clock(settings.time)
        self.sign_in = SignIn(self.clock)
        self.door = door.Door(settings, self.clock, self.sign_in)
        self.guards = SECURE if settings.address.startswith("https:") else GUARDS
        self.operations, self.limits = all_operations(), Limits(settings)
        self.api = api.Api(
            self.operations,
            sign_in=self.sign_in,
            limit=self.limits,
            clock=self.clock,
            observe=metrics.answered,
            most_bytes=settings.max_body_bytes,
            fold=timedelta(seconds=settings.event_consolidation_seconds),
            origin=settings.address,
            settings=settings,
        )
        self.forms = Door(self.api, self.limits, settings.form_rate_limit)
        self.mcp = mcp.Door(self.api)
        self.files = files.Files(files.Storage(settings, self.clock, self.sign_in))

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "lifespan":
            return await self.live(receive, send)
        send = guarded(send, self.guards)
        path, beside = scope["path"], scope["path"].rstrip("/")
        if scope["type"] == "http" and path.startswith(request.PREFIX + "/") and beside != DOCUMENT:
            return await self.api(scope, receive, send)
        if scope["type"] == "http" and beside == mcp.PATH:
            return await self.mcp(scope, receive, send)
        if scope["type"] == "http" and path.startswith(FORMS):
            return await self.forms(scope, receive, send)
        if scope["type"] == "http" and path.startswith(door.PREFIXES):
            return await self.door(scope, receive, send)
        if scope["type"] == "http" and path.startswith(files.PATH):
            return await self.files(scope, receive, send)
        response = await self.beside(beside, scope)
        await response(scope, receive, send)

    async def beside(self, path: str, scope: Any) -> Response:
        if path == "/healthz":
            return PlainTextResponse("ok")
        if path == "/metrics" and not metrics.open_to(scope, self.settings.metrics_token):
            return PlainTextResponse("Ask from this machine, or with AJAR_METRICS_TOKEN.", 403)
        if path in ("/readyz", "/metrics"):
            return await self.inside(path)
        if path in (DOCUMENT, "/docs"):
            return self.documentation[path]
        return PlainTextResponse("Not found.", 404)

    @cached_property
    def documentation(self) -> dict[str, Response]:
        document = openapi.document(self.operations.values())
        page = HTMLResponse(docs_page.page(document))
        page.headers["content-security-policy"] = docs_page.POLICY
        return {DOCUMENT: JSONResponse(document), "/docs": page}

    async def inside(self, path: str) -> Response:
        """How it goes: for whoever watches over the server."""
        try:
            async with asyncio.timeout(PATIENCE), self.api.pool.acquire() as db:
                if path == "/metrics":
                    return Response(await metrics.page(db), media_type=metrics.CONTENT_TYPE)
                await db.execute("select 1")
        except (*api.LOST, TimeoutError):
            return PlainTextResponse("The database does not answer.", 503)
        return PlainTextResponse("ok")

    async def live(self, receive, send) -> None:
        await receive()
        prepare_shapes()
        await self.reach()
        here = self.settings
        opened = pool(self.database, here.connections, here.statement_seconds)
        async with opened as self.api.pool, self.informed():
            self.door.pool = self.api.pool
            self.files.storage.pool = self.api.pool
            settle()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await self.mcp.end()
        await self.limits.store.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def reach(self) -> None:
        """Wait for PostgreSQL. It may be starting again just now, after what ended the process
        before this one, and one that cannot start would end all the others."""
        for _ in range(STARTING):
            with contextlib.suppress(*api.LOST):
                return await (await asyncpg.connect(self.database)).close()
            await asyncio.sleep(1)

    @contextlib.asynccontextmanager
    async def informed(self) -> AsyncIterator[None]:
        """Hear from other processes whose rights have changed."""
        self.listener = await self.listen()
        staying = asyncio.create_task(self.stay_informed())
        try:
            yield
        finally:
            staying.cancel()
            await self.listener.close()
            await self.note_use()

    async def listen(self) -> asyncpg.Connection:
        listener = await asyncpg.connect(self.database)
        await self.sign_in.listen(listener)
        return listener

    async def stay_informed(self) -> None:
        """What was said while nobody listened is lost, so that nothing known before counts."""
        for second in itertools.count(1):
            await asyncio.sleep(1)
            if second % 60 == 0:
                await self.note_use()
            idle = self.api.pool.get_idle_size()
            metrics.connected(self.api.pool.get_size() - idle, idle)
            if self.listener.is_closed():
                with contextlib.suppress(*api.LOST):
                    self.listener = await self.listen()
                self.sign_in.forget()

    async def note_use(self) -> None:
        """When API keys were last used is kept once a minute."""
        with contextlib.suppress(*api.LOST):
            async with self.api.pool.acquire() as db:
                await self.sign_in.note_use(db)


def create() -> App:
    """The application as the environment says, in a process of `ajar serve`."""
    settings = Settings.from_environment()
    assert settings.database_url
    logs.configure(settings)
    family.end_with_parent()
    return App(settings, settings.database_url)


def settle() -> None:
    """What is here by now stays: to look through it for garbage would hold all requests up. What
    making it left behind goes back to the system, where glibc can do that: 8 MB."""
    gc.collect()
    gc.freeze()
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def prepare_shapes() -> None:
    """Write the statements that a team asks for all day, before anyone asks. The tables of time
    zones come first: what reading them leaves behind is memory for the statements."""
    zone.prepare()
    gc.freeze()  # or all of it is looked through again and again meanwhile
    for resource in (one for one in registry.values() if one.about.of_a_lead):
        remember(render.by_id, resource, None)
        remember(query.paged, resource, None, (), "", None)
        remember(ops.locked, resource)
        for action in ("created", "updated", "deleted"):
            remember(ops.written, resource, action, resource.about.beside(action, {"id": ""}))


def remember(shapes: Shapes, *key: Any) -> None:
    """Not in a thread, as there are no others to hold up: that takes a third less."""
    shapes.known[key] = shapes.write(*key)
