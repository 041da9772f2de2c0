"""The tables as DDL, as the declarations have them."""

from sqlalchemy.schema import CreateIndex, CreateTable

from ajar.kernel.sql import DIALECT, metadata


def statements() -> list[str]:
    tables = metadata.sorted_tables
    made = [CreateTable(table) for table in tables]
    made += [CreateIndex(index) for table in tables for index in sorted(table.indexes, key=str)]
    default = "create table event_default partition of event default"
    return [*(str(statement.compile(dialect=DIALECT)) for statement in made), default]
