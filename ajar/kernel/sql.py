"""SQLAlchemy writes the SQL, once for each shape; asyncpg runs it."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from functools import reduce
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSON, asyncpg

# Two underscores: `lead.status_id` and `lead_status.id` must not share a name.
metadata = sa.MetaData(
    naming_convention={
        "pk": "pk__%(table_name)s",
        "ix": "ix__%(table_name)s__%(column_0_N_name)s",
    }
)
TIME = sa.DateTime(timezone=True)
TEXTS = ARRAY(sa.Text)
NO_ITEMS = sa.literal_column("'[]'::json", JSON)


class Compiler(asyncpg.dialect.statement_compiler):
    """Constants become part of the text, so that parameters are only what a request brings."""

    def visit_bindparam(self, bindparam: Any, *args: Any, **options: Any) -> str:
        if bindparam.value is not None:
            options["literal_binds"] = True
        return super().visit_bindparam(bindparam, *args, **options)

    def visit_seldom(self, part: Any, **options: Any) -> str:
        return SELDOM + self.process(part.plain if self.dialect is PLAIN else part.whole, **options)


DIALECT, PLAIN, SELDOM = asyncpg.dialect(), asyncpg.dialect(), "/* seldom */"
DIALECT.statement_compiler = PLAIN.statement_compiler = Compiler


class Statement:
    """Text and the order of parameters: written once, run often. `plain` is without what most
    organizations have none of, so that these need not pay for it."""

    def __init__(self, clause: Any, dialect: Any = DIALECT):
        compiled = clause.compile(dialect=dialect)
        self.text, self.names = str(compiled), tuple(compiled.positiontup or ())
        twice = dialect is DIALECT and SELDOM in self.text
        self.plain = Statement(clause, PLAIN) if twice else self


class Shapes:
    """The statements one function writes, by its arguments. Clients choose shapes (`_fields`,
    filters), so the least recently used go; and a new one, which takes up to 15 ms to
    write, is written in a thread: the event loop goes on serving."""

    def __init__(self, write: Callable[..., Statement], most: int):
        self.write, self.most = write, most
        self.known: OrderedDict[tuple, Statement] = OrderedDict()

    async def __call__(self, *key: Any) -> Statement:
        if key not in self.known:
            self.known[key] = await asyncio.to_thread(self.write, *key)
            if len(self.known) > self.most:
                self.known.popitem(last=False)
        self.known.move_to_end(key)
        return self.known[key]


def shapes(most: int) -> Callable[[Callable[..., Statement]], Shapes]:
    return lambda write: Shapes(write, most)


def parameter(name: str, type_: Any = sa.Text) -> sa.BindParameter:
    return sa.bindparam(name, type_=type_)


def concat(*parts: Any) -> Any:
    """The parts as one text. The last come first: what is long stands before them, copied once."""
    texts = [sa.literal(part) if isinstance(part, str) else part for part in parts]
    return reduce(lambda rest, one: one.op("||")(rest), reversed(texts))
