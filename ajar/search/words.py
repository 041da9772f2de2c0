"""Texts and their words: how they are taken apart, compared, and found by an index.

PostgreSQL takes words apart, for what is stored as for what is asked, so that both agree. Signs
that would join words into addresses and numbers are blanks to it.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB, TSQUERY, TSVECTOR

from ajar.kernel.fields import Items
from ajar.kernel.registry import resources

MODES = ("full_words", "phrase", "beginning_of_words", "exact_value")
SIGNS = "@./:_~+<>&?=#;-"
BLANKS = str.maketrans(SIGNS, " " * len(SIGNS))
LONGEST = 200_000  # letters of one object of which the words are known
SIMPLE = sa.text("'simple'::regconfig")
# Fields that hold what somebody wrote; their words are kept in the index of the table.
PROSE = (
    "name",
    "title",
    "subject",
    "description",
    "text",
    "note",
    "user_note",
    "body_text",
    "message_markdown",
    "location",
    "url",
)
OF_ITEMS = {
    "emails": ("email",),
    "phones": ("phone", "phone_formatted"),
    "urls": ("url",),
    "addresses": ("address_1", "address_2", "city", "state", "zipcode", "country"),
}
# The texts among custom values, but for the ids of what they refer to.
IDS = ("user_", "cont_", "custobj_")
CUSTOM = '$.* ? (@.type() == "string"{})'.format(
    "".join(f' && !(@ starts with "{prefix}")' for prefix in IDS)
)


def vector(text: Any) -> Any:
    plain = func.translate(func.left(text, LONGEST), SIGNS, " " * len(SIGNS))
    return sa.cast(func.to_tsvector(SIMPLE, plain), TSVECTOR)


def asked(text: Any, mode: str) -> Any:
    """What to look for in a vector. No words are found nowhere."""
    plain = func.translate(text, SIGNS, " " * len(SIGNS))
    if mode == "phrase":
        return sa.cast(func.phraseto_tsquery(SIMPLE, plain), TSQUERY)
    words = sa.cast(func.plainto_tsquery(SIMPLE, plain), TSQUERY)
    if mode != "beginning_of_words":
        return words
    written = func.nullif(sa.cast(words, sa.Text), "")
    begun = func.replace(written, "' ", "':* ").op("||")(":*")
    return sa.cast(begun, TSQUERY)


def found(text: Any, asked_for: Any) -> Any:
    return vector(text).bool_op("@@")(asked_for)


def whole(resource: Any, rows: Any) -> Any:
    """The words of an object, as the index of its table has them."""
    texts = [func.coalesce(text, "") for text in joined(resource, rows)]
    text = texts[0]
    for other in texts[1:]:
        text = text.op("||")(" ").op("||")(other)
    return vector(text)


def joined(resource: Any, rows: Any) -> Iterator[Any]:
    for column, path in pieces(resource, rows):
        yield column if path is None else sa.cast(among(column, path), sa.Text)


def among(column: Any, path: str) -> Any:
    return func.jsonb_path_query_array(column, sa.literal_column(f"'{path}'"), type_=JSONB)


def pieces(resource: Any, rows: Any) -> Iterator[tuple[Any, str | None]]:
    """The texts of an object: columns, and what paths find in columns that hold JSON. Kinds
    that share a table share its index, so each has the columns of all."""
    about = resource.about
    for name in PROSE:
        if name in about.table.c and isinstance(about.table.c[name].type, sa.Text):
            yield rows.c[name], None
    for name, field in about.stored.items():
        if isinstance(field, Items) and name in OF_ITEMS:
            for part in OF_ITEMS[name]:
                yield rows.c[name], f"$[*].{part}"
    if "custom" in about.table.c:
        yield rows.c.custom, CUSTOM


def has_words(resource: Any) -> bool:
    return any(name in resource.about.table.c for name in PROSE)


def each(items: Any, name: str) -> Any:
    """One value of every item in a list, in small letters."""
    every = func.jsonb_path_query_array(items, sa.literal_column(f"'$[*].{name}'"))
    return sa.cast(func.lower(sa.cast(every, sa.Text)), JSONB)


def declare_indexes() -> None:
    """What searches need beside the indexes of lists, for every table whose rows are found."""
    for resource in resources.values():
        about = resource.about
        if not about.of_a_lead or not about.logged:
            continue
        table = about.table
        names = {index.name for index in table.indexes}
        if has_words(resource) and f"ix__{table.name}__words" not in names:
            words = whole(resource, table)
            sa.Index(f"ix__{table.name}__words", words, postgresql_using="gin")
        if "custom" in table.c and f"ix__{table.name}__custom" not in names:
            by_path = {"postgresql_using": "gin", "postgresql_ops": {"custom": "jsonb_path_ops"}}
            if table.c.custom.nullable:  # as most rows have none, where kinds share a table
                by_path["postgresql_where"] = table.c.custom.is_not(None)
            sa.Index(f"ix__{table.name}__custom", table.c.custom, **by_path)
