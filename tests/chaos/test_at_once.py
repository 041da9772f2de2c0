"""Changes of what belongs together, at once: they take turns, and none stands in another's way."""

import pytest

ROUNDS = 4


@pytest.fixture
def no_second_try(monkeypatch):
    """What two changes do to each other is seen, and not put right."""
    monkeypatch.setattr("ajar.http.api.PAUSES", ())


@pytest.fixture
def at_once(company, together):
    """Call it with requests: the statuses of their answers."""

    def send(*requests):
        statuses = []

        def ask(method, path, body):
            statuses.append(company.raw(method, path, json=body).status_code)

        together(*(lambda one=one: ask(*one) for one in requests))
        return sorted(statuses)

    return send


def test_comments_come_and_go_at_once(company, close, lead, at_once, no_second_try):
    def commented(note):
        said = {"object_id": note, "body": "<body>Well done!</body>"}
        return ("POST", "/comment/", said)

    for _ in range(ROUNDS):
        note = close.post("activity/note", {"lead_id": lead["id"], "note": "Call back"})["id"]
        ids = [company.raw(*commented(note)[:2], json=commented(note)[2]) for _ in range(4)]
        gone = [("DELETE", f"/comment/{one.json()['id']}/", None) for one in ids]

        assert at_once(*gone, *[commented(note)] * 4) == [201] * 4 + [204] * 4

        (thread,) = company.raw("GET", f"/comment_thread/?object_ids={note}").json()["data"]
        assert thread["num_comments"] == 4


def test_the_mails_of_a_conversation_go_at_once(close, lead, at_once, no_second_try):
    for number in range(ROUNDS):
        mail = {"lead_id": lead["id"], "subject": f"Houses {number}", "body_text": "Hello"}
        ours = mail | {"status": "sent", "sender": "me@wayne.example", "to": ["gob@bluth.example"]}
        theirs = mail | {
            "status": "inbox",
            "sender": "gob@bluth.example",
            "to": ["me@wayne.example"],
        }
        ids = [close.post("activity/email", one)["id"] for one in [ours, ours, ours, theirs, ours]]
        thread = close.get(f"activity/email/{ids[0]}")["thread_id"]
        gone = [("DELETE", f"/activity/email/{id}/", None) for id in ids]
        gone += [("POST", "/activity/email/", ours)] * 2

        assert at_once(*gone) == [200] * 7

        gone = [("DELETE", f"/activity/emailthread/{thread}/", None)]
        assert at_once(*gone, ("POST", "/activity/email/", ours))[0] == 200
