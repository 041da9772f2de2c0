"""What each letter says. Lines are templates; one that comes out empty is left out."""

from typing import NamedTuple


class Letter(NamedTuple):
    """A subject, lines, and what to click on, if the letter comes with a link."""

    subject: str
    lines: tuple[str, ...]
    action: str = ""


NOT_YOU = "If it was not you, there is nothing to do: without the link, nothing changes."
WATCH_OUT = "If it was not you, ask for a new password at once, and tell whoever runs this server."
AFTERWARDS = (
    "Nothing is sent to it until somebody makes it active again. What happened meanwhile is kept in"
    " the event log, and can be sent then."
)
COUNTED = "Objects: {{ count }}.{% if failed %} Not done: {{ failed }}.{% endif %}"
ROWS = "Rows: {{ count }}.{% if failed %} Not used: {{ failed }}.{% endif %}"

WORDING = {
    "reset": Letter(
        "Choose a new password",
        (
            "Somebody asked for a new password for {{ email }}.",
            "The link works once, for a day. When it is used, you are signed out everywhere.",
            NOT_YOU,
        ),
        "Choose a password",
    ),
    "reset_elsewhere": Letter(
        "You have no password here",
        (
            "Somebody asked for a new password for {{ email }}.",
            "You have none here: you sign in at {{ provider }}.",
        ),
        "Sign in",
    ),
    "password_changed": Letter(
        "Your password was changed",
        ("The password of {{ email }} was changed.", WATCH_OUT),
        "Ask for a new password",
    ),
    "factor_stopped": Letter(
        "Your second factor was taken away",
        ("To sign in as {{ email }}, only the password is asked for from now on.", WATCH_OUT),
        "Ask for a new password",
    ),
    "invitation": Letter(
        "You are invited to {{ organization }}",
        (
            "{{ inviter or 'Somebody' }} has made you a member of {{ organization }}.",
            "{% if days %}Choose a password to sign in. The link works once, for {{ days }} days."
            "{% else %}Sign in as {{ email }}, as you do already.{% endif %}",
        ),
        "{{ 'Choose a password' if days else 'Sign in' }}",
    ),
    "bulk_action_done": Letter(
        "Done: bulk {{ kind }}",
        ("The bulk action that you started in {{ organization }} is done.", COUNTED, "{{ id }}"),
    ),
    "bulk_action_error": Letter(
        "Not finished: bulk {{ kind }}",
        (
            "The bulk action that you started in {{ organization }} could not be finished.",
            COUNTED,
            "It can be let go on from where it stopped. {{ id }}",
        ),
    ),
    "export_done": Letter(
        "Your export is ready",
        (
            "The export that you asked for in {{ organization }} is written.",
            "Objects: {{ count }}. The file is kept for {{ days }} days; to open it, sign in.",
        ),
        "Download {{ name }}",
    ),
    "export_error": Letter(
        "Your export failed",
        ("The export that you asked for in {{ organization }} could not be written.", "{{ id }}"),
    ),
    "import_completed": Letter(
        "Done: import of {{ filename }}",
        ("The import that you started in {{ organization }} is done.", ROWS, "{{ id }}"),
    ),
    "import_failed": Letter(
        "Not finished: import of {{ filename }}",
        (
            "The import that you started in {{ organization }} could not be finished: {{ error }}",
            ROWS,
            "What it made can be undone. {{ id }}",
        ),
    ),
    "import_reverted": Letter(
        "Undone: import of {{ filename }}",
        (
            "What the import had made in {{ organization }} is deleted, and what it had changed is"
            " as it was before.",
            "{% if conflicts %}Changed since, and left alone: {{ conflicts }}.{% endif %}",
            "{{ id }}",
        ),
    ),
    "webhook_paused": Letter(
        "A webhook was paused",
        (
            "The webhook of {{ organization }} to {{ url }} was paused.",
            "{% if reason == 'too_many_queued' %}{{ waiting }} events waited to be delivered to it."
            "{% else %}For {{ hours }} hours every delivery failed.{% endif %}",
            "{% if error %}The last error: {{ error }}{% endif %}",
            AFTERWARDS,
            "{{ id }}",
        ),
    ),
    "webhook_failing": Letter(
        "A webhook fails",
        (
            "The webhook of {{ organization }} to {{ url }} has received nothing for {{ hours }}"
            " hours: every delivery failed.",
            "{% if error %}The last error: {{ error }}{% endif %}",
            "After {{ most }} such hours it is paused, and what waits is dropped.",
            "{{ id }}",
        ),
    ),
    "webhook_queued": Letter(
        "A webhook falls behind",
        (
            "{{ waiting }} events wait to be delivered to {{ url }}, a webhook of"
            " {{ organization }}.",
            "When {{ most }} wait it is paused, and what waits is dropped.",
            "{{ id }}",
        ),
    ),
}
