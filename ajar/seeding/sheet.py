"""What a kind of row looks like in the database."""

from datetime import datetime
from typing import Any

from ajar.kernel.relations import CreatedBy, UpdatedBy
from ajar.kernel.resource import Resource
from ajar.kernel.times import CreatedAt, UpdatedAt


class Sheet:
    """The columns of a kind of row, and what it has where nobody says otherwise. Where kinds share
    a table, these are fewer than the table has."""

    def __init__(self, resource: type[Resource]):
        about = resource.about
        self.table, self.prefix, self.columns = about.table.name, about.prefix, list(about.stored)
        self.called = about.object_type
        self.blank = {name: field.blank for name, field in about.stored.items()}
        if about.custom:
            self.blank[about.custom.name] = {}
        if about.type:
            self.blank["_type"] = about.type
        self.stamps = {kind: self.of(about.stored, kind) for kind in STAMPS}

    @staticmethod
    def of(fields: dict[str, Any], kind: type) -> list[str]:
        return [name for name, field in fields.items() if isinstance(field, kind)]

    def row(
        self, values: dict[str, Any], whose: dict[str, str], created: datetime, updated: datetime
    ) -> tuple:
        """`whose` has the `organization_id`, and who wrote it as `by`."""
        row = self.blank | {"organization_id": whose["organization_id"]}
        stamped = (created, updated, whose["by"], whose["by"])
        for kind, value in zip(STAMPS, stamped, strict=True):
            for name in self.stamps[kind]:
                row[name] = value
        row |= values
        assert len(row) == len(self.columns), values.keys() - self.blank.keys()
        return tuple(row.values())


STAMPS = (CreatedAt, UpdatedAt, CreatedBy, UpdatedBy)
