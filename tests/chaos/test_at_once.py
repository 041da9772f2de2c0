"""Changes of what belongs together, at once: they take turns, and none stands in another's way."""

import pytest

ROUNDS = 2


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


def test_the_mails_of_a_conversation_come_and_go_at_once(close, lead, at_once, no_second_try):
    def sent(**said):
        mail = {"lead_id": lead["id"], "subject": "Houses", "body_text": "Hello"} | said
        return "POST", "/activity/email/", mail

    ours = sent(status="sent", sender="me@wayne.example", to=["gob@bluth.example"])
    theirs = sent(status="inbox", sender="gob@bluth.example", to=["me@wayne.example"])
    for _ in range(ROUNDS):
        ids = [close.post("activity/email", ours[2])["id"] for _ in range(4)]

        gone = [("DELETE", f"/activity/email/{id}/", None) for id in ids[:3]]
        assert at_once(*gone, theirs, theirs, ours) == [200] * 6

        thread = close.get(f"activity/email/{ids[3]}")["thread_id"]
        mails = [mail["id"] for mail in close.get(f"activity/emailthread/{thread}")["emails"]]
        gone = [("DELETE", f"/activity/email/{id}/", None) for id in mails]
        gone += [("DELETE", f"/activity/emailthread/{thread}/", None)]
        assert set(at_once(*gone)) <= {200, 404}  # gone already, with the thread
