"""What a kind of row looks like in the database."""

from typing import Any

from ajar.kernel.resource import Resource


class Sheet:
    """The columns of a kind of row, and what it has where nobody says otherwise."""

    def __init__(self, resource: type[Resource]):
        about = resource.about
        self.table, self.prefix = about.table.name, about.prefix
        self.columns = [column.name for column in about.table.c]
        blank = {name: field.blank for name, field in about.stored.items()}
        if about.custom:
            blank[about.custom.name] = {}
        if about.type:
            blank["_type"] = about.type
        self.blank = {name: blank.get(name) for name in self.columns}

    def row(self, values: dict[str, Any]) -> tuple:
        row = self.blank | values
        assert len(row) == len(self.columns), values.keys() - self.blank.keys()
        return tuple(row.values())
