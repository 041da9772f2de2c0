"""What applications add to a meeting: each has a tab of its own beside it."""

import sqlalchemy as sa

from ajar import ids
from ajar.accounts import oauth_app
from ajar.errors import Invalid
from ajar.formats import rich_text
from ajar.kernel import Text, operation, ops
from ajar.kernel.fields import cleaned
from ajar.kernel.sql import Statement, parameter, shapes
from ajar.resources.activity.meeting import Meeting
from ajar.resources.connected_account import Object
from ajar.resources.scheduling_link import application

DATA = {"note_html": Text(most=200_000)}
SHOWN = ("id", "integration_name", "oauth_client")


@operation(
    "activity.meeting.integration.upsert",
    "POST",
    "/activity/meeting/{id}/integration/",
    takes={"integration_data": Object()},
)
async def upsert(ctx, params, body):
    """An OAuth application writes its tab, or writes it anew."""
    client = application(ctx)
    meeting = await ops.get(ctx, Meeting, params["id"])
    mine = [one for one in meeting["integrations"] if one["oauth_client"]["id"] == client]
    if not body:
        return shown(mine[0]) if mine else {}
    tab = {
        "id": mine[0]["id"] if mine else ids.new("evtint"),
        "integration_name": "third_party",
        "oauth_client": {"id": client, "name": await called(ctx, client)},
        "integration_data": data(body),
    }
    others = [one for one in meeting["integrations"] if one not in mine]
    every = sorted([*others, tab], key=lambda one: one["id"])
    await ops.write(ctx, Meeting, meeting, meeting | {"integrations": every})
    return shown(tab)


def shown(tab: dict) -> dict:
    return {name: tab[name] for name in SHOWN}


def data(body: dict) -> dict:
    try:
        values = cleaned(DATA, Object(required=True).clean(body.get("integration_data")))
        html = values["note_html"]
        return {"note_html": rich_text.clean(html) if html else html}
    except ValueError as error:
        raise Invalid(fields={"integration_data": str(error)}) from None
    except Invalid as error:
        raise Invalid(fields={"integration_data": error.body}) from None


async def called(ctx, client: str) -> str:
    """The title of the tab: the name of the application."""
    return await ctx.value(await named(), client=client)


@shapes(1)
def named() -> Statement:
    return Statement(sa.select(oauth_app.c.name).where(oauth_app.c.id == parameter("client")))
