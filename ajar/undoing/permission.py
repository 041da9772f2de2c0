"""Who may undo: whoever may do by hand what it takes."""

from ajar import rights, scopes
from ajar.undoing.log import Change

# What undoes a change: the operation that a client would use, and how it is asked for. Who may
# delete something may bring it back.
SCOPES = {
    "created": ("delete", "DELETE"),
    "updated": ("update", "PUT"),
    "deleted": ("create", "POST"),
}
RIGHTS = {"created": "delete", "updated": "update", "deleted": "delete"}


def check(ctx, change: Change, row: dict) -> None:
    """Refuse what the credential or the role of the caller would not allow; `row` is what it is
    about, as it is now or was."""
    about = change.resource.about
    verb, method = SCOPES[change.action]
    scopes.reach(ctx.caller, scopes.needed(f"{about.name}.{verb}", method))
    operation = f"{about.name}.{RIGHTS[change.action]}"
    # What no operation deletes comes and goes with its lead.
    if operation in rights.table() or not about.of_a_lead:
        rights.allow(ctx, operation, row)
