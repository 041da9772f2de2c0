"""What no lead refers to: views, links, templates, playbooks, and who may do what."""

from ajar.kernel.context import Context
from ajar.seeding import definitions
from ajar.seeding.team import Team, add_all, made

SIMPLE = {
    "sms_template": definitions.SMS_TEMPLATES,
    "playbook": definitions.PLAYBOOKS,
    "integration_link": definitions.INTEGRATION_LINKS,
    "role": definitions.ROLES,
    "blocked_phone_number": definitions.BLOCKED,
    "scheduling_link": definitions.SCHEDULING_LINKS,
    "shared_scheduling_link": definitions.SHARED_SCHEDULING_LINKS,
    "saved_search": definitions.SMART_VIEWS,
}


async def furnish(ctx: Context, team: Team) -> None:
    """Make it, unless it is there."""
    ids = {name: await add_all(ctx, name, bodies) for name, bodies in SIMPLE.items()}
    first, *others = team.people
    behind = {
        "shared_scheduling_link_id": ids["shared_scheduling_link"][0],
        "user_id": first.id,
        "user_scheduling_link_id": ids["scheduling_link"][0],
    }
    await made(ctx, "shared_scheduling_link_association", 0, behind)
    lent = {"allowing_user_id": first.id, "allowed_user_id": others[0].id}
    await made(ctx, "send_as", 0, lent)
    await made(ctx, "dialer", 0, **session(ids["saved_search"][0], first.id, first.phone["phone"]))


def session(view: str, user: str, number: str) -> dict:
    """Of the dialer, over a Smart View."""
    return {
        "source_type": "saved-search",
        "source_value": view,
        "target_type": "lead",
        "type": "power",
        "status": "inactive",
        "user_id": user,
        "users": [{"user_id": user, "is_active": False, "state": "inactive"}],
        "caller_id": number,
        "music_preference": "tone1",
        "ring_mode": "more-voicemails",
    }
