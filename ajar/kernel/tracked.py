"""The base of every resource that remembers who made it and who last changed it."""

from ajar.kernel.fields import CreatedAt, UpdatedAt
from ajar.kernel.relations import CreatedBy, Lookup, UpdatedBy
from ajar.kernel.resource import Resource


class Tracked(Resource):
    date_created = CreatedAt(readonly=True)
    date_updated = UpdatedAt(readonly=True)
    created_by = CreatedBy("user", readonly=True)
    updated_by = UpdatedBy("user", readonly=True)

    created_by_name = Lookup("created_by", "name")
    updated_by_name = Lookup("updated_by", "name")
