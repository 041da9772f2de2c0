"""The files themselves, at /go/file/: what comes in, what goes out, and what is forgotten. That
they exist is said by `ajar.resources.file`."""

from typing import Any
from urllib.parse import quote

import structlog
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response

from ajar.access import SIGN_IN
from ajar.errors import ApiError, NotAllowed, NotFound, Unavailable
from ajar.files import serving, unused, upload
from ajar.files.storage import Storage
from ajar.http.api import LOST, answer
from ajar.providers.store import Unreachable
from ajar.resources.file import PATH

__all__ = ["PATH", "Files", "Storage", "unused"]
log = structlog.get_logger()


class Files:
    """Everything under /go/file/: an ASGI application."""

    def __init__(self, storage: Storage):
        self.storage = storage

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        response = await self.answer(scope, receive)
        await response(scope, receive, send)

    async def answer(self, scope: Any, receive: Any) -> Response:
        try:
            return await self.respond(scope, receive)
        except FileNotFoundError:
            log.error("a file is not in the store", path=scope["path"])
            return refused(NotFound("There is no such file."))
        except ApiError as error:
            if error.status == 401 and by_browser(scope):
                return RedirectResponse(way_in(scope), 303)
            return refused(error)
        except (*LOST, Unreachable) as error:
            log.warning("file unavailable", path=scope["path"], error=repr(error))
            return refused(Unavailable("The files cannot be reached; try again in a moment."))

    async def respond(self, scope: Any, receive: Any) -> Response:
        if scope["method"] in ("GET", "HEAD"):
            return await serving.serve(self.storage, scope)
        if scope["method"] == "POST" and scope["path"].rstrip("/") == PATH.rstrip("/"):
            return await upload.receive(self.storage, scope, receive)
        raise NotAllowed("The method is not allowed for the requested URL.", {"allow": "GET, HEAD"})


def by_browser(scope: Any) -> bool:
    """Whether somebody has followed a link, of a mail for example."""
    headers = Headers(scope=scope)
    asks = scope["method"] == "GET" and "text/html" in headers.get("accept", "")
    return asks and "authorization" not in headers


def way_in(scope: Any) -> str:
    """Where to sign in, and come back from."""
    query = scope["query_string"].decode("latin-1")
    wanted = quote(scope["path"]) + (f"?{query}" if query else "")
    return f"{SIGN_IN}?next={quote(wanted, safe='')}"


def refused(error: ApiError) -> Response:
    return answer(error.body, error.status, error.headers)
