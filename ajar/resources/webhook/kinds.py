"""What can be subscribed to: the kinds of object in the event log, and what happens to them."""

USUAL = ("created", "updated", "deleted")
MORE = {
    "lead": ("merged",),
    "activity.email": ("sent",),
    "activity.sms": ("sent",),
    "activity.call": ("answered", "completed"),
    "activity.meeting": ("scheduled", "started", "completed", "canceled"),
}
PLAIN = (
    "contact",
    "opportunity",
    "activity.email_thread",
    "activity.note",
    "activity.whatsapp_message",
    "activity.form_submission",
    "activity.custom_activity",
    "activity.lead_status_change",
    "activity.opportunity_status_change",
    "activity.lead_merge",
    "custom_fields.lead",
    "custom_fields.contact",
    "custom_fields.opportunity",
    "custom_fields.activity",
    "custom_fields.custom_object",
    "custom_fields.shared",
    "custom_activity_type",
    "custom_object_type",
    "custom_object",
    "status.lead",
    "status.opportunity",
    "group",
    "saved_search",
    "phone_number",
    "email_template",
    "sms_template",
    "sequence",
    "sequence_subscription",
    "comment",
    "comment_thread",
)
TASKS = (
    "lead",
    "incoming_email",
    "email_followup",
    "missed_call",
    "answered_detached_call",
    "voicemail",
    "opportunity_due",
    "incoming_sms",
    "outgoing_call",
)
FEWER = {
    "activity.task_completed": ("created", "deleted"),
    "unsubscribed_email": ("created", "deleted"),
    "membership": ("activated", "deactivated"),
    "import": ("created", "updated", "completed", "reverting", "reverted"),
    "export.lead": ("created", "updated", "completed"),
    "export.opportunity": ("created", "updated", "completed"),
}
BULK = ("delete", "edit", "email", "sequence_subscription")
ACTIONS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(PLAIN, USUAL),
    **{kind: (*USUAL, *more) for kind, more in MORE.items()},
    **{f"task.{kind}": (*USUAL, "completed") for kind in TASKS},
    **FEWER,
    **{f"bulk_action.{kind}": ("created", "updated", "completed", "paused") for kind in BULK},
}
OLDER = {"lead_merge": "activity.lead_merge"}  # names that mean the same


def logged_as(event: dict) -> tuple[str, str]:
    """The object type and action under which the event log has what was subscribed to."""
    return OLDER.get(event["object_type"], event["object_type"]), event["action"]
