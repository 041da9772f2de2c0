"""Messages that somebody should look at: each becomes a task in an inbox."""

from ajar.errors import ApiError
from ajar.kernel import Bool, ops
from ajar.resources.task import Task, written

PARAMETER = "send_to_inbox"
ABOUT = ("text", "local_phone", "remote_phone", "attachments")


def wanted(params: dict[str, str]) -> bool:
    """Whether a request asks for it."""
    try:
        return Bool().parse(None, params.get(PARAMETER) or "false")
    except ValueError as error:
        raise ApiError(f"{PARAMETER}: {error}") from None


async def tell(ctx, kind: str, activity: dict) -> None:
    """Whose message it is has something to answer."""
    await ops.add(
        ctx,
        Task,
        _type=kind,
        lead_id=activity["lead_id"],
        contact_id=activity["contact_id"],
        assigned_to=activity["user_id"],
        date=written(ctx.now.isoformat()),
        priority="medium",
        object_type=activity["_type"].lower(),
        object_id=activity["id"],
        **{name: activity[name] for name in ABOUT},
    )
