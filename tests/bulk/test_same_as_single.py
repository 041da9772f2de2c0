"""What is done to many is what requests would do to each. Two organizations begin alike; in one of
them objects are changed one by one, in the other all at once. Then all rows are alike, and so are
all events, but for ids, times and what says that it was a bulk action."""

import json
import re

import pytest

TABLES = ("lead", "contact", "opportunity", "activity", "custom_object", "task", "file")
TABLES += ("sequence_subscription", "sequence_progress", "comment_thread")
ROWS = "select to_jsonb(t) as row from {} t where organization_id = $1"
LEADS = "select coalesce(sum(leads), 0) as leads from lead_tally where organization_id = $1"
ID = re.compile(r"\b([a-z]+)_[0-9A-Za-z]{22}\b")
MADE_UP = re.compile(
    r"20\d\d-\d\d-\d\dT[\d:.]+(?:\+00:00|Z)?|avatar/\w+|bruce\d+@|ev_[0-9A-Za-z]{22}"
)
OF_A_REQUEST = ("id", "request_id", "meta", "position")
PATHS = {"activity": "activity/custom"}
BY_NAME = {"type": "regular_field", "object_type": "lead", "field_name": "name"}
FIELDS = {
    "text": {"type": "text"},
    "number": {"type": "number"},
    "date": {"type": "date"},
    "user": {"type": "user"},
    "person": {"type": "contact"},
    "several": {"type": "choices", "choices": [*"abc"], "accepts_multiple_values": True},
    "secret": {"type": "text", "editable_with_roles": ["user"]},
}


class Side:
    """One of the two organizations, and what is in it."""

    def __init__(self, api):
        self.api = api
        self.statuses = [api.make("status.lead", label=name)["id"] for name in "XYZ"]
        self.fields = {name: self.field("lead", name, **about) for name, about in FIELDS.items()}
        self.fields |= {kind: self.field(kind, "Own") for kind in ("contact", "opportunity")}
        self.types = [api.make("custom_activity")["id"], api.make("custom_object_type")["id"]]
        about = {"custom_activity_type_id": self.types[0]}
        self.fields["activity"] = self.field("activity", "Mood", **about)
        about = {"custom_object_type_id": self.types[1]}
        self.fields["custom_object"] = self.field("custom_object_type", "Colour", **about)
        self.fields["global"] = self.field("shared", "Tier")
        for kind in ("lead", "contact"):
            path = f"/custom_field/shared/{self.fields['global']}/association/"
            api.ok("post", path, json={"object_type": kind})
        self.fill()

    def field(self, kind, name, type="text", **about):
        return self.api.make(f"custom_field.{kind}", name=name, type=type, **about)["id"]

    def fill(self):
        api, several = self.api, {f"custom.{self.fields['several']}": ["b", "c"]}
        steps = {"steps": [{"step_type": "call"}], "timezone": "UTC"}
        sequence = api.make("sequence", ends_on_lead_status_ids=[self.statuses[1]], **steps)
        leads = [("A", 0, several), ("B", 0, {}), ("C", 1, several)]
        self.leads = [
            api.make("lead", name=name, status_id=self.statuses[status], **values)["id"]
            for name, status, values in leads
        ]
        self.objects = {"lead": self.leads, "contact": [], "opportunity": []}
        self.objects |= {"activity": [], "custom_object": []}
        for lead_id in self.leads[:2]:
            of = {"lead_id": lead_id}
            made = {"contact": api.make("contact", phones=[{"phone": "+14155550100"}], **of)["id"]}
            who = of | {"contact_id": made["contact"]}
            deal = api.make("opportunity", note_html=f"<p>{self.picture()}</p>", **who)
            type_id = {"custom_activity_type_id": self.types[0]}
            made |= {"activity": api.make("activity.custom", **who, **type_id)["id"]}
            type_id = {"custom_object_type_id": self.types[1]}
            made |= {"custom_object": api.make("custom_object", **of, **type_id)["id"]}
            for kind, id in (made | {"opportunity": deal["id"]}).items():
                self.objects[kind].append(id)
            for name in ("task", "activity.note", "activity.call"):
                api.make(name, **of)
            run = {"sequence_id": sequence["id"], "calls_assigned_to": [api.user_id]}
            api.make("sequence_subscription", **who, **run)

    def picture(self):
        body = {"filename": "a.png", "content_type": "image/png"}
        return f'<img src="{self.api.ok("post", "/files/upload/", json=body)["download"]["url"]}">'

    def dump(self):
        """All that there is, with ids that say only which was made first."""
        sql, of = self.api.world.sql, self.api.organization_id
        found = {name: [row["row"] for row in sql(ROWS.format(name), of)] for name in TABLES}
        events = sorted((row["row"] for row in sql(ROWS.format("event"), of)), key=order)
        events = [one for one in events if not one["object_type"].startswith("bulk_action")]
        found["events"] = {}
        for one in events:
            about = found["events"].setdefault(one["object_id"], [])
            about.append({name: one[name] for name in one if name not in OF_A_REQUEST})
            for step in one["steps"]:
                del step["request_id"]
        for name in TABLES:
            key = "subscription_id" if name == "sequence_progress" else "id"
            found[name] = {row[key]: row for row in found[name]}
        text = MADE_UP.sub("-", json.dumps(found))
        numbers = {id: n for n, id in enumerate(sorted({m[0] for m in ID.finditer(text)}))}
        firsts = {}
        for id in numbers:
            firsts.setdefault(id.rpartition("_")[0], []).append(id)
        places = {id: f"{kind}#{ids.index(id)}" for kind, ids in firsts.items() for id in ids}
        found = json.loads(ID.sub(lambda match: places[match[0]], text))
        return found | {"leads": sql(LEADS, of)[0]["leads"]}


def order(event):
    return event["id"]


def differing(one, other, path=""):
    """Where they differ, and how."""
    if type(one) is type(other) and isinstance(one, dict | list):
        keys = one.keys() | other.keys() if isinstance(one, dict) else range(len(one))
        if isinstance(one, dict) or len(one) == len(other):
            both = [dict(enumerate(x)) if isinstance(x, list) else x for x in (one, other)]
            return [d for k in keys for d in differing(*(x.get(k) for x in both), f"{path} {k}")]
    return [] if one == other else [(path, one, other)]


@pytest.fixture
def sides(newcomer, clock):
    clock.stand(clock())
    sides = Side(newcomer()), Side(newcomer())
    assert differing(*(side.dump() for side in sides)) == []
    clock.pass_by(minutes=10)
    return sides


def edit(kind, field, value=None, how="replace", shared=False):
    """A change of a custom field: the body of one update, and that of a bulk edit."""

    def body(side):
        key = f"custom.{side.fields[field]}" + ("" if how == "replace" else f".{how}")
        return {key: given(side)}

    def given(side):
        return value(side) if callable(value) else value

    def action(side):
        verb = "clear" if value is None else "set"
        word = "global" if shared else "" if kind == "lead" else kind
        name = "custom_field_values" if isinstance(value, list) else "custom_field_value"
        said = {} if value is None else {name: given(side), "custom_field_operation": how}
        type_ = "_".join(filter(None, (verb, word, "custom_field")))
        return said | {"type": type_, "custom_field_id": side.fields[field]}

    return kind, body, action


def status(number):
    def action(side):
        return {"type": "set_lead_status", "lead_status_id": side.statuses[number]}

    return "lead", lambda side: {"status_id": side.statuses[number]}, action


EDITS = {
    "a status": status(1),
    "another one at once": status(2),
    "and back": status(0),
    "a text": edit("lead", "text", "x"),
    "the same text": edit("lead", "text", "x"),
    "a number": edit("lead", "number", 1.50),
    "a date": edit("lead", "date", "2026-02-01"),
    "a user": edit("lead", "user", lambda side: side.api.user_id),
    "a contact of one lead": edit("lead", "person", lambda side: side.objects["contact"][0]),
    "other values": edit("lead", "several", ["a", "b"]),
    "more values": edit("lead", "several", ["c"], "add"),
    "fewer values": edit("lead", "several", ["a", "c"], "remove"),
    "what the role may not": edit("lead", "secret", "x"),
    "nothing": edit("lead", "text"),
    "of contacts": edit("contact", "contact", "x"),
    "of opportunities": edit("opportunity", "opportunity", "x"),
    "of activities": edit("activity", "activity", "x"),
    "of custom objects": edit("custom_object", "custom_object", "x"),
    "shared": edit("contact", "global", "x", shared=True),
    "a status again": status(1),
}


def test_an_edit_leaves_what_updates_of_each_leave(sides, act, clock):
    one, all_ = sides
    for name, (kind, body, action) in EDITS.items():
        path = PATHS.get(kind, kind)
        answers = [
            one.api.put(f"/{path}/{id}/", json=body(one)).status_code for id in one.objects[kind]
        ]
        said = action(all_)
        if "global" in said["type"]:
            said["s_query"] = {"type": "object_type", "object_type": kind}
        if kind == "lead":
            said["sort"] = [{"field": BY_NAME, "direction": "asc"}]
        done = act("edit", by=all_.api, **said)
        counted = done["n_objects_processed"], done["n_objects_failed"]
        assert counted == (len(answers), answers.count(400)), name
        clock.pass_by(minutes=1)
    assert differing(one.dump(), all_.dump()) == []


def test_deletions_leave_what_deletions_of_each_leave(sides, act):
    one, all_ = sides
    for kind, path in (("call", "activity/call"), ("contact", "contact"), ("lead", "lead")):
        for thing in reversed(one.api.ok("get", f"/{path}/")["data"]):
            one.api.ok("delete", f"/{path}/{thing['id']}/")
        act("delete", by=all_.api, bulk_object_type=kind, s_query={"type": "match_all"})
        assert differing(one.dump(), all_.dump()) == []
