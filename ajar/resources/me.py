"""Who is asking."""

from ajar.kernel import Children, Text, computed, operation, query, render
from ajar.kernel.registry import resources
from ajar.resources.user import User


class Me(User, path="me", prefix="user", table_name="user", verbs=(), logged=False):
    """The caller, with all that a client must know to begin with."""

    organization_id = Text(readonly=True)

    memberships = Children("membership", by="user_id")
    email_accounts = Children("connected_account", by="user_id")
    phone_numbers = Children("phone_number", by="user_id")

    @computed(json={"type": "array", "items": {"$ref": "#/components/schemas/Organization"}})
    def organizations(me):
        organization = resources["organization"]
        rows = query.rows(organization)
        whole = render.array(render.text(organization, None, rows), [rows.c.id])
        return query.related(organization, rows, whole).scalar_subquery()


@operation("me.get", "GET", "/me/", of=Me, parameters=("_fields",))
async def get(ctx, params, body):
    return await render.one(ctx, Me, ctx.user_id, params.get("_fields"))
