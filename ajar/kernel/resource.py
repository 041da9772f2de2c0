"""What a resource is: a class that only declares. It is never instantiated and
holds nothing about a request; rows are plain dicts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from ajar.kernel.custom import Custom
from ajar.kernel.fields import EXACT, Derived, Field, Text
from ajar.kernel.registry import resources
from ajar.kernel.relations import LONGEST_NAME, CreatedBy, Lookup, Ref, UpdatedBy
from ajar.kernel.sql import metadata
from ajar.kernel.times import CreatedAt, UpdatedAt

VERBS = ("list", "get", "create", "update", "delete")


@dataclass(eq=False)
class About:
    """What the kernel knows of a resource, apart from its fields: these may have any name."""

    cls: type
    path: str  # "status/lead": its URL, and the file it is declared in
    prefix: str = ""  # of its ids
    type: str = ""  # tells kinds apart that share a table
    object_type: str | Callable[[dict], str] = ""  # what the event log calls it, or this row
    table_name: str = ""  # of a table that kinds share
    order: str = "id"
    sorts: tuple[str, ...] = ()  # what else than filters lists may be ordered by
    indexes: tuple[str, ...] = ()  # "lead_id,date_created"; small tables need none to be ordered
    verbs: tuple[str, ...] = VERBS
    created: int = 200
    deleted: int = 200
    logged: bool = True  # in the event log
    seen_if: Callable[[Any], Any] | None = None  # (row) -> SQL, where not everybody sees all
    most: int = 200  # rows a page
    usual: int = 100
    deepest: int = 10_000  # the largest `_skip`
    aliases: tuple[str, ...] = ()  # older paths that still answer
    members: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """ "status.lead": names its operations and what points to it."""
        return self.path.replace("/", ".")

    @cached_property
    def stored(self) -> dict[str, Field]:
        return {n: f for n, f in self.members.items() if isinstance(f, Field)}

    @cached_property
    def derived(self) -> dict[str, Derived]:
        return {n: f for n, f in self.members.items() if isinstance(f, Derived)}

    @cached_property
    def alongside(self) -> list["alongside"]:
        return [f for f in self.members.values() if isinstance(f, alongside)]

    def beside(self, action: str, *rows: dict) -> tuple["alongside", ...]:
        wanted = [one for one in self.alongside if action in one.actions]
        return tuple(one for one in wanted if any(map(one.when, rows)))

    @cached_property
    def custom(self) -> Custom | None:
        return next((f for f in self.stored.values() if isinstance(f, Custom)), None)

    @cached_property
    def visible(self) -> dict[str, Field | Derived]:
        """What an answer has when nobody asks for less or more."""
        every: dict[str, Field | Derived] = {**self.stored, **self.derived}
        return {
            name: f
            for name, f in every.items()
            if not (f.lazy if isinstance(f, Derived) else f.hidden) and f is not self.custom
        }

    @cached_property
    def of_a_lead(self) -> str:
        """The column that says which lead a row belongs to, if any."""
        return "id" if self.name == "lead" else "lead_id" if "lead_id" in self.stored else ""

    @cached_property
    def table(self) -> sa.Table:
        """Its own table; or the shared one, with the columns that this kind adds."""
        name = self.table_name or self.path.replace("/", "_")
        table = sa.Table(name, metadata, keep_existing=True)
        for one in self.stored.values():
            if one.name not in table.c:
                table.append_column(one.column())
                if isinstance(one, Ref):
                    one.constrain(table)
            if one.unique:
                text = sa.func.lower(table.c[one.name])
                sa.Index(f"uq__{name}__{one.name}", table.c.organization_id, text, unique=True)
        for names in self.indexes:
            index(table, *names.split(","))
        for one in self.stored.values():
            if isinstance(one, Ref) and (one.indexed or one.filter):
                index(table, one.name, partial=True)
        return table

    @cached_property
    def source(self) -> sa.TableClause:
        """The table for statements that read: SQLAlchemy makes an alias of this much sooner."""
        return sa.table(self.table.name, *(sa.column(c.name, c.type) for c in self.table.c))


def index(table: sa.Table, *names: str, partial: bool = False) -> None:
    """By these columns, then the id; unless another index begins with them."""
    columns = ["organization_id", *names]
    known = [list(found.columns.keys()) for found in table.indexes]
    wanted = names and all(name in table.c for name in names)
    if wanted and not any(found[: len(columns)] == columns for found in known):
        # Nobody looks for what refers to nothing.
        where: Any = {"postgresql_where": table.c[names[0]].is_not(None)} if partial else {}
        called = f"ix__{table.name}__{'_'.join(names)}"[:LONGEST_NAME]
        sa.Index(called, *(table.c[name] for name in (*columns, "id")), **where)


class Resource:
    """Base of every declaration: options on the class line (see `About`), fields in the
    body, at most two hooks below them. Kinds with one `table_name` share a table; `_type` tells
    them apart."""

    about: About
    shared: dict[str, Any] = {}
    organization_id = Text(readonly=True, filter=EXACT)
    id = Text(readonly=True)

    def __init_subclass__(cls, path: str = "", **options: Any):
        options = cls.shared | options
        if not path:  # a base such as Activity: its options are those of every kind
            cls.shared = options
            return
        members = {n: f for base in reversed(cls.__mro__) for n, f in vars(base).items()}
        options = {"object_type": path.replace("/", "."), **options}
        cls.about = About(cls, path, members=members, **options)
        resources[cls.about.name] = cls

    @staticmethod
    async def prepare(ctx, old, new):
        """Before a write: complete `new`, or refuse it. `old` is {} on create."""

    @staticmethod
    async def changed(ctx, old, new):
        """After a write, in its transaction. `old` is {} on create, `new` on delete."""


class alongside:
    """Decorator of a function (row, action) -> INSERT or UPDATE that becomes part of the statement
    which writes the row, `when` it says so: what must be true with it, unchecked and unlogged."""

    def __init__(self, *actions: str, when: Callable[[dict], bool] = bool):
        self.actions, self.when = actions, when

    def __call__(self, write: Callable[[Any, str], Any]) -> "alongside":
        self.write = write
        return self

    def cte(self, row: Any, action: str) -> sa.CTE:
        return self.write(row, action).cte(self.write.__name__)


class Signed(Resource):
    """The base of every resource that remembers who made it and who last changed it."""

    date_created = CreatedAt(readonly=True)
    date_updated = UpdatedAt(readonly=True)
    created_by = CreatedBy("user", readonly=True)
    updated_by = UpdatedBy("user", readonly=True)


class Tracked(Signed):
    """One that shows their names, too."""

    created_by_name = Lookup("created_by", "name")
    updated_by_name = Lookup("updated_by", "name")
