"""How far a credential reaches: less than its user, if the user wanted it so."""

from functools import cache

from ajar.errors import Forbidden
from ajar.kernel.context import Caller
from ajar.kernel.operations import Operation

FULL, OFFLINE = "all.full_access", "offline_access"
READ, SAFE, DESTRUCTIVE = "mcp.read", "mcp.write_safe", "mcp.write_destructive"
STEPS = (READ, SAFE, DESTRUCTIVE, FULL)  # each allows what those before it do
SCOPES = (*STEPS, OFFLINE)
READING = ("get", "list", "search", "me")

# What they do is asked for once it is known: ajar/undoing/rights.py.
UNDOING = ("undo", "restore")
# They create, and cause more than can be taken back by looking at what was created.
REACHING_OUT = (
    "activity.email.",
    "activity.sms.",
    "activity.whatsapp_message.",
    "bulk_action.",
    "export.",
    "membership.",
    "phone_number.",
    "role.",
    "sequence_subscription.",
    "webhook.",
)
# With these a credential could make itself another one that reaches further.
CREDENTIALS = ("api_key.", "oauth_app.", "oauth_grant.")


def check(caller: Caller, operation: Operation, least: str = "") -> None:
    """The one place where a scope is asked; what the user's role allows is asked as well. `least`
    is what it takes, where the operation is more than is asked for."""
    reach(caller, least or needed(operation.name, operation.method))


def reach(caller: Caller, wanted: str) -> None:
    """Refuse a caller whose scope is less."""
    if caller.scope == FULL:
        return
    if step(caller.scope) < STEPS.index(wanted):
        raise Forbidden(f'This takes the scope "{wanted}".')


@cache
def needed(name: str, method: str) -> str:
    """The least scope that allows an operation."""
    verb = name.rpartition(".")[2]
    if method == "GET" or verb in READING:
        return READ
    if name.startswith(CREDENTIALS):
        return FULL
    if verb in UNDOING:
        return SAFE
    return SAFE if verb == "create" and not name.startswith(REACHING_OUT) else DESTRUCTIVE


def step(scope: str) -> int:
    """How far the farthest word of a scope reaches; -1 for nowhere."""
    return max((STEPS.index(word) for word in scope.split() if word in STEPS), default=-1)


def narrowed(scope: str, reach: str) -> str:
    """What was asked for, no farther than this."""
    if reach not in within(scope):
        return scope
    kept = [word for word in scope.split() if step(word) <= step(reach)]
    return " ".join(dict.fromkeys([*kept, reach]))


def within(scope: str) -> tuple[str, ...]:
    """All that may be let in instead: the steps up to the farthest that is asked for."""
    return STEPS[: step(scope) + 1]


def farthest(scope: str) -> str:
    """That word itself: what a caller carries."""
    reached = step(scope)
    return STEPS[reached] if reached >= 0 else ""
