"""From whom mails come: addresses, and the mailboxes that may send as them."""

from email.utils import quote
from typing import Any

import sqlalchemy as sa

from ajar.errors import ApiError, Invalid
from ajar.formats import mail
from ajar.kernel import Field, List, Text, query
from ajar.kernel.registry import resources
from ajar.kernel.sql import Statement, parameter, shapes
from ajar.resources.connected_account import ConnectedAccount
from ajar.resources.send_as import SendAs

LONGEST = 500


class Sender(Text):
    """An address as a header has it, with or without a name."""

    def __init__(self, **options):
        super().__init__(most=LONGEST, **options)

    def clean(self, value, answer=None):
        value = super().clean(value)
        if value:
            mail.parsed(value)
        return value


class Addresses(List):
    """Such addresses."""

    def items(self, value):
        for one in super().items(value):
            if len(one) > LONGEST:
                raise ValueError(f"An address must be no longer than {LONGEST} characters.")
            mail.parsed(one)
        return value


class MessageIds(List):
    """By which a mail is known to other mail servers, and named in what answers it."""

    def column(self):
        column = super().column()
        sa.Index(
            "ix__activity__message_ids",
            column,
            postgresql_using="gin",
            postgresql_where=column.is_not(None),
        )
        return column


class Account(Field):
    """A mailbox that the caller may use, to send with."""

    def asked(self, value):
        return value if isinstance(value, str) and value else None

    def question(self, asked):
        rows = query.rows(ConnectedAccount)
        found = query.owned(ConnectedAccount, rows, rows.c.id)
        return found.where(rows.c.id == asked).scalar_subquery()

    def clean(self, value, answer=None):
        value = super().clean(value)
        if value and not answer:
            raise ValueError("Object does not exist.")
        return value


async def of(ctx, user_id: str | None) -> str | None:
    """The address of a user, with their name."""
    rows = await ctx.rows(await person(), id=user_id or ctx.user_id)
    return f'"{quote(rows[0]["name"])}" <{rows[0]["email"]}>' if rows else None


@shapes(1)
def person() -> Statement:
    user = resources["user"]
    rows = query.rows(user)
    found = query.related(user, rows, user.about.members["name"].shown(rows).label("name"))
    return Statement(found.add_columns(rows.c.email).where(rows.c.id == parameter("id")))


async def choose(ctx, email: dict) -> None:
    """Decide which mailbox a mail leaves from: one that has its sender's address, and that the
    caller may send with."""
    address = mail.parsed(email["sender"])["email"].lower()
    accounts = await ctx.rows(await able())
    if not accounts:
        raise ApiError("Sending takes a connected account with email_sending enabled.")
    if email["account_id"]:
        accounts = [one for one in accounts if one["id"] == email["account_id"]]
    fitting = [one for one in accounts if address in addresses(one)]
    if not fitting:
        raise Invalid(fields={"sender": "No connected account can send from this address."})
    email["account_id"], email["send_as_id"] = fitting[0]["id"], fitting[0]["send_as_id"]


def addresses(account: Any) -> set[str]:
    """Those that a mailbox may write as sender, in small letters."""
    known = [account["email"], *(one.get("email") for one in account["identities"])]
    return {one.lower() for one in known if one}


@shapes(1)
def able() -> Statement:
    """The mailboxes that the caller may send with, their own first; and what allows it."""
    account, grant = query.rows(ConnectedAccount), query.rows(SendAs)
    lent = query.related(SendAs, grant, grant.c.id).where(
        grant.c.allowing_user_id == account.c.user_id,
        grant.c.allowed_user_id == parameter("user_id"),
    )
    send_as = lent.limit(1).scalar_subquery().label("send_as_id")
    own = account.c.user_id == parameter("user_id")
    columns = (account.c.id, account.c.email, account.c.identities, send_as)
    found = query.owned(ConnectedAccount, account, *columns)
    found = found.where(account.c.enabled_features.has_key("email_sending"))
    return Statement(found.order_by(own.desc(), account.c.id))
