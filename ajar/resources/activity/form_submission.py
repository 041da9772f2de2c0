"""Form submissions."""

from ajar.kernel import EXACT, IN, Lookup, Ref, Text
from ajar.resources.activity import Activity
from ajar.resources.connected_account import Object


class FormSubmission(
    Activity,
    path="activity/form_submission",
    prefix="acti",
    type="FormSubmission",
    verbs=("list", "get", "delete"),
):
    """What somebody sent with a form, and from where."""

    form_id = Ref("form", readonly=True, on_delete="keep", filter=EXACT | IN)
    form_configuration_id = Text(readonly=True)
    values = Object(readonly=True)
    values_by_name = Object(readonly=True)
    ip_address = Text(readonly=True)
    origin = Text(readonly=True)
    source_url = Text(readonly=True)
    source_url_normalized = Text(readonly=True)

    form_name = Lookup("form_id", "name")
