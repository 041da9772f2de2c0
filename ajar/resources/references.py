"""References of special kinds."""

import sqlalchemy as sa
from sqlalchemy import func

from ajar.kernel import List, Ref, query
from ajar.kernel.registry import resources
from ajar.kernel.sql import TEXTS


class Refs(List):
    """Ids of rows of another resource, each once."""

    asked_type = TEXTS

    def __init__(self, to: str, **options):
        super().__init__(**options)
        self.to = to

    def asked(self, value):
        texts = isinstance(value, list) and all(isinstance(item, str) for item in value)
        return value if value and texts and self.to in resources else None

    def question(self, asked):
        rows = query.rows(resources[self.to])
        found = query.related(resources[self.to], rows, func.array_agg(rows.c.id))
        return found.where(rows.c.id == sa.any_(asked)).scalar_subquery()

    def clean(self, value, answer=None):
        value = super().clean(value)
        if any(id not in (answer or ()) for id in value):
            raise ValueError(f"Each must be the id of a {self.to}.")
        return list(dict.fromkeys(value))


class KeptRef(Ref):
    """Remembers the id of what is gone, and takes it back from who has read it here."""

    def __init__(self, to: str, **options):
        super().__init__(to, on_delete="keep", **options)

    def pick(self, old, data):
        return data.get(self.name), old.get(self.name)

    def asked(self, value):
        new, old = value
        return super().asked(new) if new != old else None

    def clean(self, value, answer=None):
        new, old = value
        return new if new == old else super().clean(new, answer)
