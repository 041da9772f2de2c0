"""Reads what a report is asked for. Everything that is wrong is told at once."""

from collections.abc import Awaitable, Callable
from typing import Any

from ajar.errors import ApiError, Invalid, NotFound
from ajar.reports import ranges, scope
from ajar.reports.ranges import Range

REQUIRED = "This field is required."


def own(ctx: Any, params: dict[str, str]) -> None:
    """The old reports name the organization in their path."""
    if params["org_id"] != ctx.organization_id:
        raise NotFound("Empty query: Organization matching query does not exist.")


class Form:
    """A body, or the parameters of a query string."""

    def __init__(self, ctx: Any, said: dict[str, Any]):
        self.ctx, self.said = ctx, said
        self.errors: dict[str, Any] = {}

    def wrong(self, name: str, reason: str) -> None:
        self.errors.setdefault(name, reason)

    def take(self, name: str, read: Callable[..., Any], *args: Any) -> Any:
        try:
            return read(self.said[name], *args)
        except ValueError as error:
            self.wrong(name, str(error))
            return None

    def has(self, name: str) -> bool:
        return self.said.get(name) not in (None, "")

    def choice(self, name: str, *words: str, default: str = "") -> str:
        if not self.has(name) and default:
            return default
        if not self.has(name):
            self.wrong(name, REQUIRED)
        elif self.said[name] not in words:
            self.wrong(name, f"Must be one of {', '.join(words)}.")
        return str(self.said.get(name))

    def range(self, prefix: str = "", required: bool = True) -> Range | None:
        """A relative one, or one with a start and an end."""
        near, far = f"{prefix}relative_range", f"{prefix}datetime_range"
        if self.has(near) and self.has(far):
            self.wrong(far, f"Send either {near} or {far}.")
        if self.has(near):
            return self.take(near, ranges.relative, self.ctx.now, self.ctx.zone)
        if self.has(far):
            return self.take(far, ranges.absolute, self.ctx.zone)
        if required:
            self.wrong(near, f"Send either {near} or {far}.")
        return None

    def dates(self) -> Range | None:
        """From `date_start` to `date_end`, of which either may be missing."""
        if not (self.has("date_start") or self.has("date_end")):
            return None
        found = {}
        for name, last in (("date_start", False), ("date_end", True)):
            if self.has(name):
                found[name] = self.take(name, ranges.bound, last, self.ctx.zone)
        start = found.get("date_start") or ranges.BEGINNING
        end = found.get("date_end") or self.ctx.now
        if start > end and not self.errors:
            self.wrong("date_end", "The end comes before the start.")
        return Range(start, end)

    async def leads(self) -> scope.Leads:
        return await self.found(scope.leads(self.ctx, self.said)) or scope.Leads()

    async def people(self, name: str = "users") -> scope.People:
        found = await self.found(scope.people(self.ctx, self.said.get(name), name))
        return found or scope.People({}, frozenset(), False)

    async def found(self, asked: Awaitable[Any]) -> Any:
        try:
            return await asked
        except Invalid as error:
            if error.body["errors"]:
                raise
            self.errors |= error.body["field-errors"]
        except ApiError as error:
            self.wrong("query", str(error.body["error"]).removeprefix("query: "))
        return None

    def check(self) -> None:
        if self.errors:
            raise Invalid(fields=self.errors)
