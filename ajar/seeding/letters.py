"""What people write to each other, ready to be stored but for the name of who gets it."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from ajar.formats import mail_body, rich_text, whatsapp

NAME = "{name}"  # stands for the first name of a contact, which is a plain word

# A subject, and what one side and the other say in turn.
CONVERSATIONS = (
    (
        "Your quote",
        "Please find the quote for 25 seats below: 4,500 a year, training included.",
        "Thanks. That is a little more than we had planned. Is there a discount for two years?",
        "There is: 10% for two years. I have put it into the new version.",
        "Then we have a deal. Whom do I send the order to?",
    ),
    (
        "Demo next week",
        "Would Tuesday at 10:00 suit you for the demo? It takes half an hour.",
        "Tuesday is good. Our head of support would like to join.",
        "The more the better. I have sent you both an invitation.",
    ),
    (
        "Nice to meet you",
        "It was good to talk to you at the fair. Shall we continue on the phone this week?",
        "Gladly, I am in the office on Thursday.",
    ),
    (
        "Contract",
        "The contract is ready: two pages, and no small print. What do you need to sign it?",
        "Our lawyer is on leave until Monday; after that it should be quick.",
        "No hurry. I will ask again on Wednesday.",
        "Signed! You get the original by post.",
    ),
    (
        "How is the trial?",
        "You have had the trial for a week now. Is anything in the way?",
        "The import took longer than we thought, but the team likes it. Can we have another week?",
        "Of course: I have added two weeks.",
    ),
    (
        "Invoice 2024-118",
        "Our accountant says that this invoice is still open. Could you have a look?",
        "It was waiting for an approval. It will be paid on Friday.",
    ),
    ("Introduction", "From today I look after your account. Call me whenever you need something."),
    ("What is new this month", "Reports are quicker, and calls can be logged from the phone."),
)
TEXTS = (  # what we write, and what comes back
    ("Hi {name}, are you free for a quick call today?", "In a meeting, after 4 is better"),
    ("Hi {name}, I have just sent you the quote by mail.", "Got it, thanks!"),
    ("See you tomorrow at ten, {name}.", "See you!"),
    ("{name}, did the invitation reach you?", "Yes, will accept it tonight"),
    ("Good news, {name}: the discount is approved.", "Great, talk to you on Monday"),
)
CHATS = (
    (
        "Hi {name}, here is what we agreed: *25 seats*, from the first of next month.",
        "*Perfect* 👍",
    ),
    ("The agenda:\n- prices\n- training\n- _questions_", "Looks good to me"),
    ("Shall I call you at *noon*?", "Make it one o'clock, please"),
)
COMMENTS = (
    "<p>Well done!</p>",
    "<p>Shall I join the next call?</p>",
    "<p>They asked for the same last year; see <strong>the notes</strong> of that time.</p>",
    "<p>The price is fine with me.</p>",
    "<p>Let us wait for their answer.</p>",
)
MENTION = (
    '<p><span data-type="mention" data-id="{id}" data-label="{label}" class="mention">'
    "@{label}</span> what do you think?</p>"
)


class Letter(NamedTuple):
    """The body of a mail, in every form that is kept of it."""

    text: str
    html: str
    text_parts: list[dict] | None
    html_parts: list[dict] | None

    def to(self, name: str) -> dict[str, Any]:
        text = self.text.replace(NAME, name)
        return {
            "body_text": text,
            "body_html": self.html.replace(NAME, name),
            "body_preview": mail_body.preview(text),
            "text_parts": named(self.text_parts, "text", name),
            "html_parts": named(self.html_parts, "html", name),
        }


def named(parts: list[dict] | None, key: str, name: str) -> list[dict] | None:
    return parts and [part | {key: part[key].replace(NAME, name)} for part in parts]


class Chat(NamedTuple):
    """A message of WhatsApp."""

    markdown: str
    html: str
    text: str

    def to(self, name: str) -> dict[str, str]:
        markdown, html, text = (one.replace(NAME, name) for one in self)
        return {"message_markdown": markdown, "message_html": html, "text": text}


class Letters:
    """All of them, for each user who signs some."""

    def __init__(self, people: Iterable[Any]):
        self.by = {
            one.id: [conversation(said, one.first) for said in CONVERSATIONS] for one in people
        }
        self.chats = [tuple(map(chat, pair)) for pair in CHATS]
        self.comments = [rich_text.clean(html) for html in COMMENTS]
        self.mentions = {one.id: mention(one) for one in people}


def conversation(said: tuple[str, ...], user: str) -> tuple[str, list[Letter]]:
    """The subject, and the mails; each answer quotes what it answers."""
    subject, *lines = said
    letters: list[Letter] = []
    for place, line in enumerate(lines):
        to, by = (NAME, user) if place % 2 == 0 else (user, NAME)
        text = f"Hi {to},\n\n{line}\n\nBest regards,\n{by}"
        if letters:
            quoted = "\n".join(f"> {one}".rstrip() for one in letters[-1].text.split("\n")[:5])
            text += f"\n\nOn the day before, {to} wrote:\n{quoted}"
        letters.append(letter(text))
    return subject, letters


def letter(text: str) -> Letter:
    html = mail_body.clean(mail_body.from_text(text))
    return Letter(text, html, mail_body.text_parts(text), mail_body.html_parts(html))


def chat(markdown: str) -> Chat:
    html = whatsapp.to_html(markdown)
    return Chat(markdown, html, rich_text.to_text(html))


def mention(user: Any) -> str:
    return rich_text.clean(MENTION.format(id=user.id, label=user.first))
