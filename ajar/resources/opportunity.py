"""Opportunities."""

from ajar.kernel import EXACT, FIRST, IN, RANGE, Choice, Custom, Int, Lookup, Ref, Text, Tracked
from ajar.resources.custom_field import fits


class Opportunity(Tracked, path="opportunity", prefix="oppo", order="-date_updated"):
    """Something you may sell to a lead, for how much, and how likely."""

    lead_id = Ref("lead", required=True, fixed=True, on_delete="cascade", filter=EXACT)
    status_id = Ref("status.opportunity", default=FIRST, on_delete="restrict", filter=EXACT | IN)
    contact_id = Ref("contact")
    user_id = Ref("user", default=lambda ctx: ctx.user_id, filter=EXACT | IN)
    value = Int(filter=EXACT | RANGE, example=50000)
    value_period = Choice("one_time", "monthly", "annual", default="one_time", filter=EXACT | IN)
    confidence = Int(default=50)
    note = Text()
    custom = Custom(of="custom_field.opportunity", check=fits)

    status_label = Lookup("status_id", "label")
    lead_name = Lookup("lead_id", "display_name")
