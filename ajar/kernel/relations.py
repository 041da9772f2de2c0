"""Fields that reach other resources."""

from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa

from ajar.kernel import query, render
from ajar.kernel.fields import Derived, Field
from ajar.kernel.registry import resources

LONGEST_NAME = 63  # that PostgreSQL keeps
FIRST: Any = object()  # a default: the first row, in its own order, of the resource referred to


class Ref(Field):
    """The id of a row of another resource, in the same organization. `on_delete` says what becomes
    of this row when that one goes: "cascade" deletes it too, "restrict" forbids, "clear" (the
    default) empties the field, "keep" remembers the id of what is gone."""

    stamped = False  # by the server: nobody deletes users, or looks for rows by these

    def __init__(self, to: str, *, on_delete: str = "clear", **options):
        super().__init__(**options)
        self.to, self.targets, self.on_delete = to, {to}, on_delete

    @property
    def indexed(self) -> bool:
        return not self.stamped and self.on_delete != "keep"

    @property
    def enforced(self) -> bool:
        """By its foreign key; a kind of reference that asks for more is not."""
        plain = type(self).question is Ref.question and self.default is not FIRST
        all_see = not resources[self.to].about.seen_if
        return plain and all_see and self.on_delete != "keep"

    def constrain(self, table: sa.Table) -> None:
        """What the database itself holds to: the row referred to exists."""
        about = resources[self.to].about
        target = about.table_name or about.path.replace("/", "_")
        if self.on_delete == "keep":
            return
        ours = ["organization_id", self.name]
        theirs = [f"{target}.organization_id", f"{target}.id"]
        name = f"fk__{table.name}__{self.name}"[:LONGEST_NAME]
        table.append_constraint(sa.ForeignKeyConstraint(ours, theirs, name))

    def asked(self, value):
        if self.default is FIRST and (value is FIRST or not value):
            return ""
        return value if isinstance(value, str) and value else None

    def question(self, asked):
        target = resources[self.to]
        rows = query.rows(target)
        if self.default is FIRST:
            asked = sa.func.coalesce(sa.func.nullif(asked, ""), query.first(target, "id"))
        return query.owned(target, rows, rows.c.id).where(rows.c.id == asked).scalar_subquery()

    def recall(self, known, asked):
        return known.get((self.to, asked)) if self.default is FIRST else None

    def learn(self, known, asked, answer):
        if self.default is FIRST and answer:
            known[self.to, asked] = answer

    def clean(self, value, answer=None):
        if self.default is FIRST and (value is FIRST or not value):
            return answer
        value = super().clean(value)
        if value and not answer:
            raise ValueError("Object does not exist.")
        return value

    def schema(self):
        return {"type": "string", "description": f"Id of a {self.to}."}


class CreatedBy(Ref):
    """Who made a row; for imports, those who manage the organization may say so of another."""

    stamped = True

    def pick(self, old, data):
        return data.get(self.name) or data.get(f"{self.name}_id")  # the API has two names for it

    def stamp(self, ctx, old, new):
        given = new.get(self.name) if "manage_organization" in ctx.caller.permissions else None
        new[self.name] = old[self.name] if old else given or ctx.user_id


class UpdatedBy(Ref):
    stamped = True

    def stamp(self, ctx, old, new):
        new[self.name] = ctx.user_id


class computed(Derived):
    """Decorator: derive a field with the function below it, which writes SQL over a row.
    `@computed(json={"type": "integer"}, lazy=True, filter=EXACT)` says more about it."""

    function: Callable

    def __init__(self, function: Any = None, *, json=None, lazy=False, filter=None, like=None):
        self.function = function
        self.lazy, self.json, self.filter = lazy, json or {}, filter or frozenset()
        self.like = like or Derived.like

    def __call__(self, function: Callable) -> "computed":
        self.function = function
        return self

    def shown(self, row):
        return self.function(row.c)


class Lookup(Derived):
    """A field of the row that a `Ref` points to: `Lookup("status_id", "label")`."""

    def __init__(self, ref: str, field: str, *, filter: frozenset[str] = frozenset()):
        self.ref, self.field, self.filter = ref, field, filter

    def target(self) -> Any:
        return resources[getattr(self.owner, self.ref).to]

    def shown(self, row):
        return query.first(self.target(), self.field, id=row.c[self.ref])

    def schema(self):
        return self.target().about.members[self.field].schema() | {"readOnly": True}


def selected(fields: dict[str, Any], row: sa.FromClause) -> sa.Select:
    """What these fields show of a row. What lookups reach is joined, once for each reference: a
    sub-select for every lookup makes a list of leads take a fourth longer."""
    columns: dict[str, Any] = {}
    source = sa.select(sa.literal_column("1")).subquery()
    lookups = [field for field in fields.values() if isinstance(field, Lookup)]
    for ref in dict.fromkeys(lookup.ref for lookup in lookups):
        same = [lookup for lookup in lookups if lookup.ref == ref]
        target = same[0].target()
        rows = query.rows(target)
        shown = (target.about.members[one.field].shown(rows).label(one.name) for one in same)
        found = query.related(target, rows, *shown).where(rows.c.id == row.c[ref]).lateral()
        source, columns = source.outerjoin(found, sa.true()), columns | dict(found.c)
    every = ((columns[n] if n in columns else f.shown(row)).label(n) for n, f in fields.items())
    return sa.select(*every).select_from(source).correlate(row)


class Children(Derived):
    """The rows of another resource that point here: `Children("contact", by="lead_id")`. `where`
    narrows them: `Children("task", by="lead_id", where={"is_complete": False})`; `fields` limits
    what is shown of each; `order` is another one than they have on their own."""

    def __init__(self, of: str, by: str, where=None, fields: tuple | None = None, order: str = ""):
        self.of, self.by, self.where, self.fields = of, by, where or {}, fields
        self.order = order

    def shown(self, row):
        child = resources[self.of]
        rows = query.rows(child)
        order = query.ordering(child, rows, self.order)
        array = render.array(render.text(child, self.fields, rows), order)
        wanted = {**self.where, self.by: row.c.id}
        found = query.related(child, rows, array)
        return found.where(*query.equal(rows, wanted)).scalar_subquery()

    def schema(self):
        items = {"$ref": f"#/components/schemas/{resources[self.of].__name__}"}
        return {"type": "array", "items": items, "readOnly": True}


def referrers(resource) -> Iterator[tuple]:
    """Every (resource, field) that points at this one and must let go of it."""
    for other in resources.values():
        about = other.about
        if about.table_name and not about.type:
            continue  # it only shows the rows of other kinds
        for field in about.stored.values():
            if isinstance(field, Ref) and resource.about.name in field.targets and field.indexed:
                yield other, field
