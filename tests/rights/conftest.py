"""An organization that has one of everything, all of it on one lead."""

from datetime import timedelta

import pytest

from ajar import resources
from ajar.ids import new
from ajar.kernel.operations import all_operations
from ajar.kernel.registry import resources as registry
from ajar.meetings import Calendar, CalendarEvent, Person, seen

resources.load()
OPERATIONS = all_operations()
GOB = "gob@bluth.example"


class Everything:
    """One row, or more, of every kind; `ids` has one of each, by the name of its resource."""

    def __init__(self, api, **of_lead):
        self.api = api
        contact = {"name": "Gob", "emails": [{"email": GOB}], "phones": [{"phone": "+16505550100"}]}
        self.lead = api.make("lead", name="Stair Car", contacts=[contact], **of_lead)
        self.lead_id = self.lead["id"]
        self.contact_id = self.lead["contacts"][0]["id"]
        self.file_id = api.add("file", **FILE, uploaded_at=api.world.clock())
        for name in sorted(creatable()):
            api.make(name, **self.more(name))
        self.happen()
        self.ids = {name: id for name in registry if (id := self.one(name))} | self.beside()

    def more(self, name):
        """What puts it on the lead."""
        stored, more = registry[name].about.stored, dict(MORE.get(name, {}))
        if "lead_id" in stored and not stored["lead_id"].readonly:
            more["lead_id"] = self.lead_id
        if name == "sequence_subscription":
            more["contact_id"] = self.contact_id
        if name == "comment":
            url = f"/go/file/{self.file_id}/offer.pdf"
            file = {"url": url, "filename": "offer.pdf", "content_type": "application/pdf"}
            note = self.api.make("activity.note", lead_id=self.lead_id, attachments=[file])
            more["object_id"] = note["id"]
        return more

    def happen(self):
        """What nobody creates by a request of its own kind."""
        api, lead = self.api, {"lead_id": self.lead_id}
        api.make("task", is_complete=True, **lead)
        api.add("dialer", source_type="saved-search", type="power", user_id=api.user_id, users=[])
        account = api.add("connected_account", _type="google", user_id=api.user_id, email=GOB)
        starts = api.world.clock()
        event = CalendarEvent(
            id="ev1",
            title="Intro",
            starts_at=starts,
            ends_at=starts + timedelta(hours=1),
            people=[Person(email=GOB)],
        )
        api.within(seen, Calendar(id="cal_1", type="google", account_id=account), event)
        form = api.make("form")
        api.add("activity.form_submission", form_id=form["id"], values={}, **lead)
        merged = {"source": api.make("lead", name="Sitwell")["id"], "destination": self.lead_id}
        api.ok("post", "/lead/merge/", json=merged)
        hook = api.make("webhook")
        api.ok("post", f"/webhook/{hook['id']}/test/", json={})
        colleague = api.ok(
            "post", "/membership/", json={"email": f"x{hook['id']}@x.example", "role_id": "user"}
        )
        people = {"allowing_user_id": api.user_id, "allowed_user_id": colleague["user_id"]}
        api.ok("post", "/send_as/", json=people)
        group = api.make("group")
        api.ok("post", f"/group/{group['id']}/member/", json={"user_id": api.user_id})
        api.ok("post", "/unsubscribe/email/", json={"email": f"no{hook['id']}@x.example"})
        api.ok("post", "/export/lead/", json={"format": "json", "type": "leads"})
        api.ok("post", "/import/", json={"content": "name\nGob", "filename": "a.csv"})
        shared = api.make("shared_scheduling_link")
        place = {"shared_scheduling_link_id": shared["id"], "user_id": api.user_id}
        api.ok("post", "/shared_scheduling_link_association/", json=place | {"url": "https://a.b"})

    def one(self, name):
        """The id of a row of this kind; on the lead, if it has one."""
        about = registry[name].about
        table, on_lead = about.table.name, {"lead": "id"}.get(name, about.of_a_lead)
        text = f'select id from "{table}" where organization_id = $1'
        values = [self.api.organization_id]
        for column, value in (("_type", about.type), (on_lead, self.lead_id)):
            if column and value and column in about.table.c:
                values.append(value)
                text += f" and {column} = ${len(values)}"
        if name == "organization":
            return self.api.organization_id
        rows = self.api.world.sql(f"{text} order by id desc limit 1", *values)
        return rows[0]["id"] if rows else None

    def beside(self):
        """The ids of what is not declared as a resource."""
        key = self.api.ok("post", "/api_key/", json={})
        body = {"name": "x", "redirect_uris": ["https://a.example/b"]}
        app = self.api.ok("post", "/oauth_app/", json=body)
        event = """select id, request_id from event
            where organization_id = $1 and object_id = $2 limit 1"""
        rows = self.api.world.sql(event, self.api.organization_id, self.lead_id)
        ids = {"api_key": key["id"], "oauth_app": app["id"], "event": rows[0]["id"]}
        ids["request"] = rows[0]["request_id"]
        return ids | {"oauth_grant": self.granted(app["id"])}

    def granted(self, client_id):
        """That the app may act for the admin."""
        id, api = new("oa2grant"), self.api
        values = (id, client_id, api.organization_id, api.user_id, api.world.clock())
        api.world.sql(GRANT, *values)
        return id


GRANT = """
insert into oauth_grant (id, client_id, organization_id, user_id, scope, date_created)
values ($1, $2, $3, $4, 'mcp.read', $5)"""
FILE = {"filename": "offer.pdf", "content_type": "application/pdf", "size": 8}
NONE = {"s_query": {"type": "match_all", "negate": True}}
MORE = {
    "bulk_action.delete": NONE,
    "bulk_action.edit": NONE,
    "bulk_action.email": NONE,
    "bulk_action.sequence_subscription": NONE,
    "activity.email": {"status": "draft", "to": [GOB]},
    "email_template": {"is_shared": True},
    "saved_search": {"is_shared": True},
    "sms_template": {"is_shared": True},
}


def creatable():
    """The kinds that a request creates one of, from examples alone."""
    for name, resource in registry.items():
        if f"{name}.create" in OPERATIONS and "create" in resource.about.verbs:
            yield name


@pytest.fixture(scope="session")
def ours(found):
    """One organization for all tests here: they add to it, and take away only what they added."""
    return Everything(found())


@pytest.fixture(scope="session")
def theirs(found):
    """Another organization that has all this, too."""
    return Everything(found())


@pytest.fixture
def may(ours):
    """Makes somebody who sees every lead and has these permissions."""

    def member(*permissions):
        role = ours.api.make("role", permissions=[*permissions, "view_all_leads"])
        return ours.api.join(role["id"])

    return member
