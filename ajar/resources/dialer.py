"""Dialer sessions."""

from ajar.kernel import (
    EXACT,
    IN,
    Bool,
    Choice,
    CreatedAt,
    Items,
    Ref,
    Resource,
    Text,
    UpdatedAt,
    operation,
    render,
)


class Dialer(
    Resource,
    path="dialer",
    prefix="dial",
    verbs=("list", "get"),
    logged=False,
    order="-date_created",
):
    """Users who call one target after the other: a session is begun in the browser."""

    source_type = Choice("saved-search", "shared-entry", readonly=True, filter=EXACT)
    source_value = Text(readonly=True, filter=EXACT)
    target_type = Text(readonly=True)
    type = Choice("power", "predictive", readonly=True)
    status = Text(readonly=True, filter=EXACT | IN)
    user_id = Ref("user", readonly=True, filter=EXACT)
    users = Items({"user_id": Text(), "is_active": Bool(), "state": Text()}, readonly=True)
    caller_id = Text(readonly=True)
    is_user_dependent = Bool(readonly=True)
    music_preference = Text(readonly=True)
    ring_mode = Text(readonly=True)
    date_created = CreatedAt(readonly=True, offset=False)
    date_updated = UpdatedAt(readonly=True, offset=False)


@operation(
    "dialer.get",
    "GET",
    "/dialer/{id}/",
    of=Dialer,
    parameters=("_fields", "organization_id"),
)
def get(ctx, params, body):
    """A session is of the caller's organization, which clients may say again."""
    return render.one(ctx, Dialer, params["id"], params.get("_fields"))
