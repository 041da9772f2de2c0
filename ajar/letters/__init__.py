"""Mail from the server itself to its people: that something is done, or went wrong, or how to sign
in. What is asked for with a change is sent by a job, once that is committed."""

from typing import Any

from ajar import ids
from ajar.jobs import enqueue


async def later(db: Any, organization_id: str, user_id: str, letter: str, **about: Any) -> None:
    """Have a letter of WORDING sent to a member. Where no mail can be sent, nothing is."""
    given = {"letter": letter, "id": ids.new("mail"), "about": about}
    await enqueue(db, "letter.send", organization_id, user_id, given)
