"""A random history of an organization, made through the API, and read back from it: what reports
answer is compared with what these lists say."""

import os
import random
from datetime import UTC, datetime, timedelta

import pytest

from ajar.kernel import ops
from ajar.kernel.registry import resources as registry

STARTED = datetime(2026, 3, 2, 7, tzinfo=UTC)
STEPS = int(os.environ.get("AJAR_REPORT_STEPS", "150"))
LISTS = (
    "activity/call",
    "activity/email",
    "activity/sms",
    "activity/whatsapp_message",
    "activity/meeting",
    "activity/note",
    "activity/custom",
    "activity/form_submission",
    "activity/task_completed",
    "activity/status_change/lead",
    "activity/status_change/opportunity",
    "task",
    "lead",
    "opportunity",
)


class History:
    """Some people of an organization, and what they did in some weeks."""

    def __init__(self, api, clock, seed, steps=STEPS):
        self.api, self.clock, self.random = api, clock, random.Random(seed)
        clock.stand(STARTED)
        self.users = [api.user_id, *(self.colleague(name) for name in ("gob", "tobias"))]
        group = api.make("group")["id"]
        for user in self.users[1:]:
            api.ok("post", f"/group/{group}/member/", json={"user_id": user})
        self.group = group
        self.lead_statuses = [one["id"] for one in api.ok("get", "/status/lead/")["data"]]
        self.pipelines = api.ok("get", "/pipeline/")["data"]
        self.pipelines.append(self.other_pipeline())
        self.statuses = {s["id"]: s for p in self.pipelines for s in p["statuses"]}
        self.type = api.make("custom_activity")["id"]
        self.template = api.make("email_template", is_shared=True)["id"]
        self.dialers = [self.dialer(kind) for kind in ("power", "predictive")]
        self.leads, self.opportunities = [], []
        actions = [getattr(self, name) for name in dir(type(self)) if name.startswith("do_")]
        for _ in range(3):
            self.do_lead()
        for _ in range(steps):
            clock.pass_by(minutes=self.random.choice((3, 40, 200, 700)))
            self.random.choice(actions)()
        self.ended = clock()

    def colleague(self, name):
        body = {"email": f"{name}.{self.api.user_id}@bluth.example", "role_id": "user"}
        return self.api.ok("post", "/membership/", json=body)["user_id"]

    def other_pipeline(self):
        statuses = [{"label": f"B {kind}", "type": kind} for kind in ("active", "won", "lost")]
        body = {"name": "Other", "statuses": statuses}
        return self.api.ok("post", "/pipeline/", json=body)

    def dialer(self, kind):
        return self.api.add(
            "dialer", type=kind, user_id=self.api.user_id, users=[], status="inactive"
        )

    def some(self, *choices):
        return self.random.choice(choices)

    def who(self):
        return {"lead_id": self.some(*self.leads), "user_id": self.some(*self.users)}

    def make(self, name, /, **values):
        return self.api.make(name, **values)["id"]

    def do_lead(self):
        self.leads.append(
            self.make(
                "lead",
                name=self.some("Acme", "Bluth", "Wayne"),
                status_id=self.some(*self.lead_statuses),
                created_by=self.some(*self.users),
            )
        )

    def do_call(self):
        disposition = self.some(None, "answered", "no-answer", "vm-left", "busy")
        way, seconds = self.some("inbound", "outbound"), self.some(None, 0, 7, 90)
        call = {"direction": way, "duration": seconds, "disposition": disposition}
        self.make("activity.call", **self.who(), **call)

    def do_carrier_call(self):
        dialer, seconds = self.some(None, *self.dialers), self.some(5, 60)
        call = {"direction": "outbound", "duration": seconds, "disposition": "answered"}
        source = {"source": "Close.io", "status": "completed", "dialer_id": dialer}
        self.api.add("activity.call", **self.who(), **call, **source)

    def do_email(self):
        sent = {
            "status": self.some("sent", "sent", "draft"),
            "template_id": self.some(None, self.template),
        }
        opens = self.some([], [{"opened_at": "2026-03-20T10:00:00Z"}])
        people = {"to": ["gob@bluth.example"], "sender": "bruce@wayne.example"}
        self.make("activity.email", **self.who(), **sent, **people, opens=opens)

    def do_automatic_email(self):
        how = self.some({"sequence_id": "seq_1"}, {"bulk_email_action_id": "bulk_1"})
        mail = {"status": "sent", "direction": "outgoing"}
        people = {"to": ["gob@bluth.example"], "sender": "bruce@wayne.example", "subject": "Hi"}
        self.api.add("activity.email", **self.who(), **how, **mail, **people)

    def do_received_email(self):
        subject = self.some("Hello", "Re: Hi")
        people = {"to": ["bruce@wayne.example"], "sender": "gob@bluth.example"}
        self.make("activity.email", **self.who(), status="inbox", subject=subject, **people)

    def do_sms(self):
        numbers = {"local_phone": "+14156550100", "remote_phone": "+16505550100"}
        status = {"status": self.some("inbox", "sent", "draft")}
        self.make("activity.sms", **self.who(), **status, **numbers)

    def do_sequence_sms(self):
        sms = {"status": "sent", "direction": "outbound", "sequence_id": "seq_1", "text": "Hi"}
        self.api.add("activity.sms", **self.who(), **sms)

    def do_whatsapp(self):
        at, way = self.clock().isoformat(), self.some("incoming", "outgoing")
        id = f"wamid.{self.random.random()}"
        told = {"activity_at": at, "direction": way, "external_whatsapp_message_id": id}
        self.make("activity.whatsapp_message", **self.who(), **told)

    def do_meeting(self):
        begins = self.clock() + timedelta(hours=self.some(-30, 2, 400))
        time = {"starts_at": begins, "ends_at": begins + timedelta(minutes=30)}
        people = [{"contact_id": "cont_1", "user_id": None, "status": self.some("yes", "no")}]
        calendars = self.some([], ["cal_1"], ["cal_1"])
        known = {"attendees": people, "provider_calendar_ids": calendars, "source": "calendar"}
        meeting = self.who() | time | known
        self.api.within(lambda ctx: ops.add(ctx, registry["activity.meeting"], **meeting))

    def do_note(self):
        self.make("activity.note", **self.who())

    def do_custom(self):
        type_, status = {"custom_activity_type_id": self.type}, self.some("draft", "published")
        self.make("activity.custom", **self.who(), **type_, status=status)

    def do_form_submission(self):
        self.api.add("activity.form_submission", **self.who(), form_id="form_1", values={})

    def do_task(self):
        who = {"lead_id": self.some(*self.leads), "assigned_to": self.some(*self.users)}
        self.make("task", **who, is_complete=self.some(True, False))

    def do_lead_status(self):
        status = {"status_id": self.some(*self.lead_statuses)}
        self.api.ok("put", f"/lead/{self.some(*self.leads)}/", json=status)

    def do_opportunity(self):
        worth = {"value": self.some(None, 100, 250), "confidence": self.some(10, 50)}
        period = self.some("one_time", "monthly", "annual")
        status = {"status_id": self.some(*self.statuses), "value_period": period}
        by = {"created_by": self.some(*self.users)}
        self.opportunities.append(self.make("opportunity", **self.who(), **worth, **status, **by))

    def do_opportunity_status(self):
        if self.opportunities:
            status = {"status_id": self.some(*self.statuses)}
            path = f"/opportunity/{self.some(*self.opportunities)}/"
            self.api.ok("put", path, json=status)

    do_opportunity_status_too = do_opportunity_status_again = do_opportunity_status
    do_opportunity_too = do_opportunity

    def lists(self):
        """Everything, as the API lists it."""
        return {name: self.every(name) for name in LISTS}

    def every(self, name):
        found, params = [], {"_limit": 200, "_skip": 0}
        params |= {"_type": "all"} if name == "task" else {}
        while True:
            page = self.api.ok("get", f"/{name}/", params=params)
            found += page["data"]
            if not page["has_more"]:
                return found
            params["_skip"] += 200


@pytest.fixture
def history(api, clock):
    return lambda seed, **options: History(api, clock, seed, **options)
