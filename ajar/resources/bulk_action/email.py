"""Mail to all that a search finds."""

import sqlalchemy as sa

from ajar.errors import Invalid
from ajar.kernel import EXACT, Choice, Ref, query
from ajar.kernel.sql import Statement, parameter, shapes
from ajar.resources import sender
from ajar.resources.bulk_action import BulkAction
from ajar.resources.connected_account import ConnectedAccount
from ajar.resources.sender import Sender


class BulkEmail(
    BulkAction,
    path="bulk_action/email",
    prefix="bulkemail",
    type="email",
):
    """A template is written to one contact of each lead (`lead`, the default), to every contact
    (`contact`), or to every address of every contact (`all`). Who wants no bulk mail gets none."""

    template_id = Ref("email_template", required=True, fixed=True, on_delete="keep", filter=EXACT)
    contact_preference = Choice("lead", "contact", "all", default="lead", fixed=True)
    email_account_id = Ref("connected_account", fixed=True, on_delete="keep")
    sender = Sender(fixed=True)

    @classmethod
    async def mistakes(cls, ctx, new):
        """Nothing may be begun that no mailbox can send."""
        new["sender"] = new["sender"] or await address(ctx, new["email_account_id"])
        mail = {"sender": new["sender"], "account_id": new["email_account_id"]}
        try:
            await sender.choose(ctx, mail)
        except Invalid as error:
            return error.body["field-errors"]
        return {}


async def address(ctx, account_id: str | None) -> str | None:
    """Of a mailbox, or else of the user."""
    known = await ctx.value(await of_account(), id=account_id) if account_id else None
    return known or await sender.of(ctx, ctx.user_id)


@shapes(1)
def of_account() -> Statement:
    rows = query.rows(ConnectedAccount)
    default = rows.c.default_identity.op("->>", return_type=sa.Text)("email")
    found = query.owned(ConnectedAccount, rows, sa.func.coalesce(default, rows.c.email))
    return Statement(found.where(rows.c.id == parameter("id")))
