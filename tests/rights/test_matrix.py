"""Every operation, for ids that exist where the caller may not look: those of another
organization, and those on a lead that the role does not show. Each answer is, byte for byte, the
one for an id that nothing has, and nothing is read or changed.

`make rights` asks as every role and for everything; the suite as the two that get farthest."""

import os
import re

import pytest

from ajar import describe
from ajar.kernel.operations import all_operations
from ajar.kernel.registry import resources as registry
from ajar.kernel.relations import Ref
from ajar.kernel.sql import metadata
from ajar.resources.role import ADMIN, BUILT_IN

WHOLE = bool(os.environ.get("AJAR_WHOLE_MATRIX"))
OPERATIONS = all_operations()
NAMED = re.compile(r"{(\w+)}")
UNKNOWN = "Zz" * 11
# What a part of a path names, where the path before it does not say.
PARTS = {
    "delivery_id": "webhook.delivery",
    "group_id": "group",
    "org_id": "organization",
    "scf_id": "custom_field.shared",
    "type_id": "custom_object_type",
    "user_id": "user",
}
# Parts that are no ids, and whose answers are compared by other tests.
WORDS = ("object_type", "email_address", "source_id")
OFTEN = ("lead_id", "organization_id", "object_id", "thread_id")
# Parameters that hold ids of something else than their name says.
PARAMETERS = {
    "id": None,
    "ids": "comment_thread",
    "object_ids": "activity.note",
    "object_id": "activity.note",
    "lead_saved_search_id": "saved_search",
    "allowing_user_id": "user",
    "allowed_user_id": "user",
    "request_id": None,
}


def kind_of(path, part):
    """The kind of thing that a part of a path is the id of."""
    if part in PARTS:
        return PARTS[part]
    base = path[: path.index("{" + part + "}")].strip("/")
    return base.replace("/", ".")


class Place:
    """Where the caller may not look: one thing of each kind that is there, and what became of
    all of them."""

    def __init__(self, world, ids, organization_id, lead_id=None):
        self.world, self.ids = world, ids
        self.organization_id, self.lead_id = organization_id, lead_id

    def state(self):
        """A digest of every row."""
        found = []
        for table in metadata.sorted_tables:
            narrowed = table.c.get("id" if table.name == "lead" else "lead_id")
            if "organization_id" not in table.c or (self.lead_id and narrowed is None):
                continue
            # When a key was last used is written some seconds after the use.
            row = "(to_jsonb(one) - 'date_last_used')::text"
            text = f"select md5(string_agg({row}, ',' order by {row})) from \"{table}\" one"
            text += " where organization_id = $1"
            values = [self.organization_id]
            if self.lead_id:
                text += f" and {narrowed.name} = $2"
                values.append(self.lead_id)
            found.append((table.name, self.world.sql(text, *values)[0][0]))
        return found


class Asking:
    """A caller, who asks everything twice: for what is there, and for what is nowhere."""

    def __init__(self, who, place, own):
        self.who, self.place, self.own = who, place, own
        self.asked = 0

    def known(self, kind):
        return kind in self.place.ids

    def pair(self, kind):
        there = self.place.ids[kind]
        nowhere = f"{there.partition('_')[0]}_{UNKNOWN}"
        return there, nowhere

    def compare(self, name, kinds, request):
        """`request` writes what is asked from the ids of these kinds."""
        answers = []
        for number in (0, 1):
            ids = {part: self.pair(kind)[number] for part, kind in kinds.items()}
            method, path, options = request(ids)
            answer = getattr(self.who, method.lower())(path, **options)
            text = answer.text
            for id in ids.values():
                text = text.replace(id, "ID")
            answers.append((answer.status_code, text))
        self.asked += 1
        assert answers[0] == answers[1], (name, kinds)
        return answers[0]


def in_paths(asking):
    """Every operation whose path names something."""
    for name, one in OPERATIONS.items():
        parts = [part for part in NAMED.findall(one.path) if part not in WORDS]
        kinds = {part: kind_of(one.path, part) for part in parts}
        if not parts or not all(asking.known(kind) for kind in kinds.values()):
            assert asking.place.lead_id or not parts, f"say in conftest.py how to make one: {name}"
            continue
        path = one.path.replace("{object_type}", "custom_object").replace("{email_address}", "a@b")

        def request(ids, one=one, path=path):
            options = {"json": body_of(one)} if one.method in ("POST", "PUT") else {}
            return one.method, path.format(**ids), options

        status, text = asking.compare(name, kinds, request)
        assert status in (403, 404) or (name, status) in OTHERWISE, (name, status, text)


BODIES = {
    "membership.pinned_views.update": {"saved_view_ids": []},
    "webhook.redeliver": {"date_from": "2026-11-01T00:00:00Z"},
}
# Who is removed from a group, or answered for, need not be there.
OTHERWISE = {("group.member.remove", 204)}


def body_of(operation):
    """Values that are good, where examples say which."""
    fields = operation.takes or (operation.resource and operation.resource.about.stored) or {}
    names = describe.body(operation).get("properties", ())
    examples = {name: fields[name].example for name in names}
    examples = {name: value for name, value in examples.items() if value is not None}
    return BODIES.get(operation.name, examples)


def in_parameters(asking):
    """Every list that is narrowed by ids."""
    for name, one in OPERATIONS.items():
        if one.method != "GET" or "{" in one.path:
            continue
        for key in sorted(one.parameters):
            kind = meant(one, key.partition("__")[0])
            if not (WHOLE or key in OFTEN):
                continue
            if kind and asking.known(kind) and key.partition("__")[2] in ("", "in"):
                asking.compare(
                    (name, key),
                    {"id": kind},
                    lambda ids, one=one, key=key: ("GET", one.path, {"params": {key: ids["id"]}}),
                )


def meant(operation, base):
    """The kind of thing that a parameter narrows by."""
    if base in PARAMETERS:
        return PARAMETERS[base]
    stored = operation.resource.about.stored if operation.resource else {}
    if isinstance(stored.get(base), Ref):
        return stored[base].to
    return base.removesuffix("_id") if base.endswith("_id") else None


def in_bodies(asking):
    """Every reference that a body may hold, of a new row and of one of the caller's own."""
    for name, one in OPERATIONS.items():
        verb = name.rpartition(".")[2]
        fields = one.takes or (one.resource.about.stored if one.resource else {})
        if one.method not in ("POST", "PUT") or verb not in ("create", "update"):
            continue
        kind = name.rpartition(".")[0]
        own = asking.own.get(kind)
        if "{" in one.path and (not own or one.path.count("{") > 1):
            continue
        for field in references(fields, verb):
            if not asking.known(field.to):
                continue

            def request(ids, one=one, own=own, field=field):
                return one.method, one.path.format(id=own), {"json": {field.name: ids["id"]}}

            status, text = asking.compare((name, field.name), {"id": field.to}, request)
            assert status in (400, 403), (name, field.name, status, text)


def references(fields, verb):
    for field in fields.values():
        if isinstance(field, Ref) and not field.readonly and not (verb == "update" and field.fixed):
            yield field


def elsewhere(asking):
    """What names things in ways of its own."""
    field = next((id for id in [asking.own.get("custom_field.lead")] if id), "cf_x")
    lead = asking.own["lead"]
    bodies = {
        ("POST", "/lead/merge/"): lambda id: {"source": id, "destination": lead},
        ("POST", "/lead/merge/ "): lambda id: {"source": lead, "destination": id},
        ("POST", "/enrich_field/"): lambda id: {
            "organization_id": asking.who.organization_id,
            "object_type": "lead",
            "object_id": id,
            "field_id": field,
        },
        ("POST", "/data/search/"): lambda id: {"query": of_lead({"type": "id", "value": id})},
        ("GET", "/lead/"): lambda id: {"query": f'id:"{id}"'},
        ("PUT", "/task/"): lambda id: {"priority": "high", "_params": {"lead_id": id}},
    }
    for (method, path), body in bodies.items():

        def request(ids, method=method, path=path, body=body):
            said = {"params" if method == "GET" else "json": body(ids["id"])}
            return method, path.strip(), said

        asking.compare((method, path), {"id": "lead"}, request)
    for kind in ("opportunity", "activity.note", "task"):
        asking.compare(
            ("comment", kind),
            {"id": kind},
            lambda ids: ("POST", "/comment/", {"json": {"object_id": ids["id"], "body": "x"}}),
        )


def of_lead(query):
    return {"type": "and", "queries": [{"type": "object_type", "object_type": "lead"}, query]}


def everything_asked(who, place, own):
    before, asking = place.state(), Asking(who, place, own)
    for part in (in_paths, in_parameters, in_bodies, elsewhere):
        part(asking)
    assert place.state() == before
    return asking.asked


ROLES = ["admin", "superuser", "user", "restricteduser", "custom"]


@pytest.mark.parametrize("role", ROLES if WHOLE else ["admin"])
def test_nothing_of_another_organization_is_there(world, ours, theirs, role):
    place = Place(world, theirs.ids, theirs.api.organization_id)
    who = ours.api
    if role in BUILT_IN and role != "admin":
        who = ours.api.join(role)
    elif role == "custom":
        who = ours.api.join(ours.api.make("role", permissions=["view_all_leads"])["id"])

    assert everything_asked(who, place, ours.ids) > 250


def test_nothing_on_a_lead_that_is_not_seen_is_there(world, ours):
    field = ours.api.make("custom_field.lead", type="user", name="Seller")["id"]
    role = ours.api.make(
        "role",
        permissions=[name for name in ADMIN if name != "view_all_leads"],
        visibility_user_lcf_ids=[field],
        visibility_user_lcf_behavior="require_assignment",
    )
    who = ours.api.join(role["id"])
    mine = ours.api.make("lead", **{f"custom.{field}": who.user_id})["id"]
    own = {"lead": mine} | {
        kind: who.make(kind, lead_id=mine)["id"]
        for kind in ("activity.note", "contact", "opportunity", "task")
    }
    of_leads = {"lead"} | {name for name, one in registry.items() if one.about.of_a_lead}
    hidden = {name: ours.ids[name] for name in of_leads | {"event"} if name in ours.ids}
    place = Place(world, hidden, ours.api.organization_id, ours.lead_id)

    assert everything_asked(who, place, own) > 100


def test_a_filter_does_not_say_who_asks(ours, theirs):
    """Names of filters are names of parameters that every statement has, too."""
    foreign = f"organization_id={theirs.api.organization_id}"
    for path in ("/lead/", "/contact/", "/activity/", "/role/", "/saved_search/"):
        shown = ours.api.ok("get", f"{path}?{foreign}")["data"]
        assert {one["organization_id"] for one in shown} <= {ours.api.organization_id}

    colleague = ours.api.join()
    own = f"user_id={ours.api.user_id}"
    assert ours.api.ok("get", f"/connected_account/?{own}")["data"]
    assert colleague.ok("get", f"/connected_account/?{own}")["data"] == []
