"""Playbooks."""

from ajar.kernel import (
    EXACT,
    Bool,
    CreatedAt,
    CreatedBy,
    DateTime,
    Int,
    Ref,
    Resource,
    Text,
    UpdatedAt,
    UpdatedBy,
    computed,
    operation,
    ops,
)
from ajar.resources.references import Refs
from ajar.resources.status import Position


class Place(Position):
    """A position that is shown, and from which a list may go on."""

    def __init__(self):
        super().__init__()
        self.hidden, self.filter = False, frozenset({"gt"})

    def parse(self, ctx, text):
        return Int.clean(self, int(text))


class Playbook(
    Resource,
    path="playbook",
    prefix="playbook",
    created=201,
    deleted=204,
    logged=False,
    order="position",
):
    """How calls and meetings of one kind are to be held."""

    name = Text(required=True, most=255, example="Discovery")
    description = Text(example="The first call.")
    summary_guidance = Text()
    custom_field_ids = Refs("custom_field.shared")
    outcome_ids = Refs("outcome")
    position = Place()
    archived_at = DateTime(readonly=True)
    archived_by_id = Ref("user", readonly=True)
    created_at = CreatedAt(readonly=True, filter=frozenset({"lt"}))
    created_by_id = CreatedBy("user", readonly=True)
    updated_at = UpdatedAt(readonly=True)
    updated_by_id = UpdatedBy("user", readonly=True)

    @computed(json={"type": "boolean"}, filter=EXACT, like=Bool())
    def is_archived(playbook):
        return playbook.archived_at.is_not(None)


@operation("playbook.archive", "POST", "/playbook/{id}/archive/", of=Playbook)
async def archive(ctx, params, body):
    """It leaves active listings and keeps its history."""
    playbook = await ops.get(ctx, Playbook, params["id"])
    if playbook["archived_at"]:
        return playbook.json
    put_away = {"archived_at": ctx.now, "archived_by_id": ctx.user_id}
    return (await ops.write(ctx, Playbook, playbook, playbook | put_away)).json


@operation("playbook.unarchive", "POST", "/playbook/{id}/unarchive/", of=Playbook)
async def unarchive(ctx, params, body):
    """It is used again."""
    playbook = await ops.get(ctx, Playbook, params["id"])
    taken_out = {"archived_at": None, "archived_by_id": None}
    if not playbook["archived_at"]:
        return playbook.json
    return (await ops.write(ctx, Playbook, playbook, playbook | taken_out)).json
