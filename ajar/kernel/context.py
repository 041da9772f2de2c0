"""Who is asking, when, and over which connection."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from operator import attrgetter
from typing import Any

from ajar import jobs
from ajar.kernel.sql import Statement

RIGHTS = "ajar_rights"  # the channel that says: what somebody may do has changed


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom a credential stands for, and which leads their role lets them see."""

    organization_id: str
    user_id: str | None = None
    api_key_id: str | None = None
    oauth_client_id: str | None = None
    scope: str = "all.full_access"  # how far the credential reaches, see ajar/scopes.py
    permissions: frozenset[str] = frozenset()
    visible_to: tuple[str, ...] | None = None  # the user and their groups; None: every lead
    visible_keys: tuple[str, ...] = ()  # the custom fields of leads that name who may see one
    visible_unassigned: bool = True  # leads where none of these is filled
    plain: bool = False  # the organization has nothing that few have, see `Statement`
    known: dict = field(default_factory=dict, compare=False)  # of the organization's settings


@dataclass(slots=True)
class Context:
    """All that a function needs to know about the request it works for."""

    db: Any  # asyncpg.Connection, or one lent by a pool
    caller: Caller
    now: datetime
    zone: tzinfo = UTC  # what the caller's "today" means
    request_id: str | None = None
    fold: timedelta = timedelta(0)  # changes of an object this close together are one event
    origin: str = ""  # the address at which users reach this server
    meta: dict[str, Any] = field(default_factory=dict)  # goes into every event
    headers: dict[str, str] = field(default_factory=dict)  # go out with the answer
    rights_changed: bool = False
    guard: Callable[[Any, Any, dict], None] | None = None  # looks at each row that is to change
    settings: Any = None  # what the person who runs the server has decided

    @property
    def organization_id(self) -> str:
        return self.caller.organization_id

    @property
    def user_id(self) -> str | None:
        return self.caller.user_id

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    @property
    def source(self) -> str:
        """How what is made now came to be."""
        return "api" if self.caller.api_key_id or self.caller.oauth_client_id else "ui"

    async def value(self, statement: Statement, /, **given: Any) -> Any:
        """The single value of a statement."""
        return await self.db.fetchval(*self.said(statement, given))

    async def rows(self, statement: Statement, /, **given: Any) -> list:
        return await self.db.fetch(*self.said(statement, given))

    async def defer(self, task: str, /, *, at: datetime | None = None, **args: Any) -> None:
        """Have the task done once this transaction is committed, or at a later time."""
        caller = self.caller.organization_id, self.caller.user_id
        await jobs.enqueue(self.db, task, *caller, args, at, self.request_id)

    async def forget_rights(self) -> None:
        """Once this transaction is committed, no process relies on what it knew of anybody."""
        self.caller.known.clear()
        if not self.rights_changed:
            await self.db.execute(f"notify {RIGHTS}")
        self.rights_changed = True

    @contextmanager
    def unlimited(self) -> Iterator[None]:
        """What follows from a change reaches leads that the caller does not see, too."""
        caller = self.caller
        if caller.visible_to is not None:
            self.caller = replace(caller, visible_to=None)
        try:
            yield
        finally:
            self.caller = caller

    def said(self, statement: Statement, given: dict) -> list:
        """Text and arguments. Who asks is never said by what a request gives."""
        one = statement.plain if self.caller.plain else statement
        mine = given.keys() - OF_CALLER
        return [one.text, *(given[n] if n in mine else PARAMETERS[n](self) for n in one.names)]


def tomorrow(ctx: Context) -> str:
    """The moment at which the caller's next day begins, as answers show it."""
    start = datetime.combine(ctx.today + timedelta(days=1), datetime.min.time(), ctx.zone)
    return start.astimezone(UTC).isoformat(timespec="microseconds")


# What any statement may ask for without being told.
WHO = "organization_id user_id permissions visible_to visible_keys visible_unassigned"
OF_CALLER = frozenset(WHO.split())
PARAMETERS: dict[str, Callable[[Context], Any]] = {
    **{name: attrgetter(f"caller.{name}") for name in OF_CALLER},
    "now": lambda ctx: ctx.now,
    "today": lambda ctx: ctx.today.isoformat(),
    "tomorrow": tomorrow,
    "origin": lambda ctx: ctx.origin,
}
