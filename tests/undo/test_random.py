"""A series of random changes, undone in reverse, leaves an organization as it was."""

import itertools
import os
import random

CHANGES = int(os.environ.get("AJAR_UNDO_CHANGES", "100"))
SEED = int(os.environ.get("AJAR_UNDO_SEED", "1"))
WORDS = ("red", "sky", "été", "x1", "Bluth", "Sitwell", "")
number = itertools.count()


class Somebody:
    """Does what comes to mind with an organization, and remembers the requests."""

    def __init__(self, api, seed):
        self.api, self.random, self.done = api, random.Random(seed), []
        self.ids: dict[str, list[str]] = {}
        self.fields = {
            name: f"custom.{api.make(f'custom_field.{name}')['id']}"
            for name in ("lead", "contact", "opportunity")
        }
        self.type = api.make("custom_object_type")["id"]
        self.activity = api.make("custom_activity")["id"]
        self.sequence = api.make("sequence")["id"]
        self.statuses = [one["id"] for one in api.ok("get", "/status/lead/")["data"]]
        self.stages = [one["id"] for one in api.ok("get", "/status/opportunity/")["data"]]

    def ask(self, method, path, **options):
        """What is refused has changed nothing."""
        answer = getattr(self.api, method)(path, **options)
        assert answer.status_code < 500, (path, answer.text)
        if answer.status_code < 300:
            self.done.append(answer.headers["x-request-id"])
        return answer

    def some(self, kind):
        """The id of one of these, if there is any."""
        known = self.ids.get(kind)
        return self.random.choice(known) if known else "none"

    def word(self):
        return self.random.choice(WORDS)

    def act(self):
        weights = {
            self.make_lead: 3,
            self.make_child: 10,
            self.change: 10,
            self.change_in_bulk: 1,
            self.delete: 4,
            self.delete_lead: 1,
            self.merge: 1,
            self.comment: 3,
            self.unsubscribe: 1,
            self.arrange: 1,
        }
        ((act,)) = self.random.choices(list(weights), list(weights.values()))
        act()

    def made(self, kind, body):
        answer = self.ask("post", f"/{kind}/", json=body)
        if answer.status_code < 300:
            self.ids.setdefault(kind, []).append(answer.json()["id"])

    def make_lead(self):
        contacts = [{"name": self.word(), "emails": self.emails()}] * self.random.randrange(3)
        more = {self.fields["lead"]: self.word()}
        self.made("lead", {"name": self.word(), "contacts": contacts} | more)

    def emails(self):
        return [{"email": f"{self.random.choice('abc')}@bluth.example"}]

    def make_child(self):
        lead = {"lead_id": self.some("lead")}
        mail = {"status": "inbox", "subject": self.word(), "sender": "a@bluth.example"}
        call = {"phone": "+16503334444", "status": "completed", "direction": "inbound"}
        kinds = {
            "contact": {"name": self.word(), "emails": self.emails()},
            "opportunity": {"value": self.random.randrange(900), "note": self.word()},
            "task": {"text": "Call", "is_complete": self.random.random() < 0.3},
            "activity/note": {"note": self.word()},
            "activity/call": call,
            "activity/email": mail | {"to": ["bruce@wayne.example"], "body_text": self.word()},
            "activity/custom": {"custom_activity_type_id": self.activity},
            "custom_object": {"custom_object_type_id": self.type, "name": "Car"},
            "sequence_subscription": {"sequence_id": self.sequence, "contact_id": self.contact()},
        }
        kind = self.random.choice(list(kinds))
        more = {"calls_assigned_to": [self.api.user_id]} if kind.startswith("sequence") else lead
        self.made(kind, kinds[kind] | more)

    def contact(self):
        return self.some("contact")

    def change(self):
        bodies = {
            "lead": [
                {"name": self.word()},
                {"status_id": self.random.choice(self.statuses)},
                {self.fields["lead"]: self.word(), "description": self.word()},
                {"addresses": [{"city": self.word()}]},
            ],
            "contact": [{"title": self.word()}, {self.fields["contact"]: self.word()}],
            "opportunity": [
                {"status_id": self.random.choice(self.stages)},
                {"confidence": self.random.randrange(100), "contact_id": self.some("contact")},
                {self.fields["opportunity"]: self.word()},
            ],
            "task": [{"is_complete": self.random.random() < 0.5}, {"date": "2030-01-02"}],
            "activity/note": [{"note": self.word(), "pinned": self.random.random() < 0.5}],
            "activity/call": [{"note": self.word()}],
            "sequence_subscription": [{"status": self.random.choice(("active", "paused"))}],
            "sequence": [{"name": self.word()}],
            "comment": [{"body": f"<body><p>{self.word()}!</p></body>"}],
        }
        kind = self.random.choice(list(bodies))
        id = self.sequence if kind == "sequence" else self.some(kind)
        self.ask("put", f"/{kind}/{id}/", json=self.random.choice(bodies[kind]))

    def change_in_bulk(self):
        ids = ",".join({self.some("task") for _ in range(3)})
        done = self.random.random() < 0.5
        self.ask("put", f"/task/?id__in={ids}", json={"is_complete": done})

    def delete(self):
        kinds = [kind for kind in self.ids if kind not in ("lead", "sequence_subscription")]
        kind = self.random.choice(kinds or ["task"])
        self.ask("delete", f"/{kind}/{self.some(kind)}/")

    def delete_lead(self):
        self.ask("delete", f"/lead/{self.some('lead')}/")

    def merge(self):
        body = {"source": self.some("lead"), "destination": self.some("lead")}
        self.ask("post", "/lead/merge/", json=body)

    def comment(self):
        of = self.some(self.random.choice(("opportunity", "activity/note", "task")))
        self.made("comment", {"object_id": of, "body": "<body><p>Well done!</p></body>"})

    def unsubscribe(self):
        email = self.emails()[0]["email"]
        if self.random.random() < 0.5:
            self.ask("post", "/unsubscribe/email/", json={"email": email})
        else:
            self.ask("delete", f"/unsubscribe/email/{email}/")

    def arrange(self):
        """Settings: a status, a group."""
        answer = self.ask("post", "/status/lead/", json={"label": f"S{next(number)}"})
        self.statuses.append(answer.json()["id"])
        self.ask("delete", f"/status/lead/{self.random.choice(self.statuses[1:])}/")
        self.made("group", {"name": f"G{next(number)}"})


def undone(api, requests):
    """Undo these requests, the last first; the requests that did so."""
    answers = []
    for id in reversed(requests):
        answer = api.post(f"/request/{id}/undo/")
        assert answer.status_code in (200, 404), answer.text
        if answer.status_code == 200:  # else it changed nothing
            answers.append(answer.headers["x-request-id"])
    return answers


def test_random_changes_undone_in_reverse_leave_no_trace(api, everything):
    somebody = Somebody(api, SEED)
    before = everything(api)
    while len(somebody.done) < CHANGES:
        somebody.act()
    after = everything(api)

    undoing = undone(api, somebody.done)
    assert everything(api) == before

    undone(api, undoing)
    assert everything(api) == after
