"""Email threads."""

from typing import Any

import sqlalchemy as sa

from ajar import conversations
from ajar.kernel import Int, Items, Text, computed, operation, ops, query, render
from ajar.kernel.registry import resources
from ajar.resources.activity import Activity, without_bodies

MAILS = {"type": "array", "items": {"type": "object"}}


class Subject(Text):
    """What conversations of a lead are found by."""

    def column(self):
        column = super().column()
        sa.event.listen(column, "after_parent_attach", find_by)
        return column


def find_by(subject: sa.Column, table: sa.Table) -> None:
    """Index it, for each lead; no other kind of activity has one."""
    lead = table.c.organization_id, table.c.lead_id
    where: Any = {"postgresql_where": subject.is_not(None)}
    sa.Index("ix__activity__conversation", *lead, subject, **where)


class EmailThread(
    Activity,
    path="activity/emailthread",
    prefix="acti",
    type="EmailThread",
    object_type="activity.email_thread",
    verbs=("list", "get", "delete"),
):
    """A conversation: made with its first mail, and gone with the last. Its mails are shown
    without their bodies."""

    n_emails = Int(readonly=True)
    participants = Items({"name": Text(), "email": Text()}, readonly=True)
    latest_normalized_subject = Subject(readonly=True)

    @computed(json=MAILS)
    def emails(thread):
        return mails(thread, "activity_at")

    @computed(json=MAILS, lazy=True)
    def latest_emails(thread):
        """The same, newest first, as older revisions have it."""
        return mails(thread, "-activity_at")

    @staticmethod
    async def changed(ctx, old, new):
        """A conversation that is deleted takes its mails along."""
        if new:
            return
        email = resources["activity.email"]
        wanted = await query.referring(email, "thread_id")
        for record in await ctx.rows(wanted, targets=[old["id"]]):
            await ops.delete(ctx, email, record["id"])


def mails(thread, order: str):
    email = resources["activity.email"]
    rows = query.rows(email)
    one = render.text(email, without_bodies(tuple(email.about.visible)), rows)
    array = render.array(one, query.ordering(email, rows, order))
    return query.related(email, rows, array).where(rows.c.thread_id == thread.id).scalar_subquery()


@operation("activity.emailthread.delete", "DELETE", "/activity/emailthread/{id}/", of=EmailThread)
async def delete(ctx, params, body):
    """All of its mails go, too."""
    await conversations.take_turn_of(ctx, EmailThread, params["id"])
    await ops.delete(ctx, EmailThread, params["id"])
    return {}
