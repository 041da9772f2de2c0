"""Requests, as the event log knows them."""

from ajar import undoing
from ajar.errors import Invalid, NotFound
from ajar.kernel import operation


@operation(
    "request.undo",
    "POST",
    "/request/{request_id}/undo/",
    parameters=tuple(undoing.HOW),
    takes=undoing.HOW,
)
async def undo(ctx, params, body):
    """Take back all that a request has changed, with the jobs that it left. `dry_run` only tells
    what that would mean."""
    how = undoing.said(ctx, params, body)
    changes = await undoing.log.of_request(ctx, params["request_id"])
    if not changes:
        raise NotFound("Empty query: Request matching query does not exist.")
    if len(changes) > undoing.MOST:
        raise Invalid(errors=[f"These are more than {undoing.MOST} changes: use ajar undo."])
    return await undoing.undo(ctx, params["request_id"], changes, **how)
