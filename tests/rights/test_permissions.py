"""Each permission, for each operation that takes it: without it nothing happens."""

import itertools
import re

import pytest

from ajar import rights
from ajar.kernel.operations import all_operations
from ajar.kernel.registry import resources as registry

OPERATIONS = all_operations()
TAKEN = {name: takes for name, (_, takes) in rights.table().items() if name in OPERATIONS}
ALWAYS = sorted(name for name, takes in TAKEN.items() if takes.right)
ONES_OWN = sorted(name for name, takes in TAKEN.items() if takes.owner)
NOBODYS = re.compile(r"{(\w+)}")


def refusal(permission):
    return {"error": f'This takes the permission "{permission}".'}


def ask(who, name, id="none", body=None):
    operation = OPERATIONS[name]
    path = NOBODYS.sub(id, operation.path)
    options = {"json": body or {}} if operation.method in ("POST", "PUT") else {}
    return getattr(who, operation.method.lower())(path, **options)


def test_who_lacks_a_permission_is_refused_before_anything_is_looked_at(may):
    nobody = may()

    for name in ALWAYS:
        answer = ask(nobody, name)
        assert (answer.status_code, answer.json()) == (403, refusal(TAKEN[name].right)), name


def test_the_one_permission_is_enough(may):
    people = {right: may(right) for right in {TAKEN[name].right for name in ALWAYS}}

    for name in ALWAYS:
        assert ask(people[TAKEN[name].right], name).status_code != 403, name


def test_what_is_not_there_is_not_found_whoever_asks(may):
    nobody = may()

    for name in ONES_OWN:
        if "{id}" in OPERATIONS[name].path:
            assert ask(nobody, name, body=BODIES.get(name)).status_code == 404, name


class Rows:
    """Rows of one kind, each of whom it shall be of."""

    def __init__(self, ours, name):
        self.api, self.ours, self.kind = ours.api, ours, rights.table()[name][0]
        self.table, self.owner = registry[self.kind].about.table.name, TAKEN[name].owner[0]

    def of(self, who):
        """The id of one more. Whose it is the table is told: nobody makes rows for others."""
        if self.kind == "membership":
            return who.ok("get", "/me/")["memberships"][0]["id"]
        text = f'update "{self.table}" set {self.owner} = $1 where id = $2'
        self.api.world.sql(text, who.user_id, id := self.one_more())
        return id

    def one_more(self):
        if f"{self.kind}.create" in OPERATIONS and self.kind != "send_as":
            return self.api.make(self.kind, **self.ours.more(self.kind))["id"]
        return self.copy(self.ours.ids[self.kind])

    def copy(self, id):
        new = f"{id[:-4]}{next(NUMBER):04}"
        copied = f"jsonb_populate_record(one, jsonb_build_object('id', '{new}'))"
        text = (
            f'insert into "{self.table}" select ({copied}).* from "{self.table}" one where id = $1'
        )
        self.api.world.sql(text, id)
        return new


def wanted(rows, name, whose):
    """The permission that the table asks for."""
    takes = TAKEN[name]
    if whose == "own":
        return takes.own
    number = {"is_group_number": False}
    return takes.others(number) if callable(takes.others) else takes.others


def test_ones_own_and_that_of_others_take_what_the_table_says(ours, may):
    api, nobody, people = ours.api, may(), {}

    for name in ONES_OWN:
        if "{id}" not in OPERATIONS[name].path or name == "send_as.delete":
            continue  # of these only two people know, see tests/resources/test_send_as.py
        rows, body = Rows(ours, name), BODIES.get(name)
        for whose in ("others", "own"):
            permission = wanted(rows, name, whose)
            answer = ask(nobody, name, rows.of(nobody if whose == "own" else api), body)
            assert (answer.status_code == 403) == bool(permission), (name, whose, answer.text)
            if permission in (None, rights.NOBODY):
                continue
            able = people[permission] = people.get(permission) or may(permission)
            answer = ask(able, name, rows.of(able if whose == "own" else api), body)
            assert answer.status_code < 300, (name, whose, answer.text)


def test_a_refused_change_changes_nothing(ours, may):
    nobody, task = may(), ours.api.make("task")

    answer = nobody.put(f"/task/{task['id']}/", json={"text": "Mine"})

    assert answer.json() == refusal("manage_others_tasks")
    assert ours.api.ok("get", f"/task/{task['id']}/") == task


def test_a_task_is_of_whom_it_is_assigned_to(ours, may):
    nobody = may()
    task = ours.api.make("task", assigned_to=nobody.user_id)

    assert nobody.put(f"/task/{task['id']}/", json={"is_complete": True}).status_code == 200
    assert nobody.delete(f"/task/{task['id']}/").json() == refusal("delete_own_tasks")


def test_of_many_tasks_each_must_be_ones_own(ours, may):
    nobody = may()
    own = ours.api.make("task", assigned_to=nobody.user_id)
    path = f"/task/?lead_id={own['lead_id']}"
    assert nobody.put(path, json={"priority": "high"}).status_code == 200
    other = ours.api.make("task", lead_id=own["lead_id"])

    refused = nobody.put(path, json={"priority": "medium"})

    assert refused.json() == refusal("manage_others_tasks")
    assert ours.api.ok("get", f"/task/{own['id']}/")["priority"] == "high"
    assert may("manage_others_tasks").put(path, json={"priority": "medium"}).status_code == 200
    assert ours.api.ok("get", f"/task/{other['id']}/")["priority"] == "medium"


def test_what_nobody_is_named_on_is_of_who_made_it(ours, may, world):
    nobody = may("delete_own_activities")
    note, other = nobody.make("activity.note"), ours.api.make("activity.note")
    world.sql(
        "update activity set user_id = null where organization_id = $1", ours.api.organization_id
    )

    assert nobody.delete(f"/activity/note/{other['id']}/").status_code == 403
    assert nobody.delete(f"/activity/note/{note['id']}/").status_code == 200


def test_a_group_number_takes_the_permission_and_that_of_a_user_only_this_user(ours, may):
    able, mine = may("manage_group_numbers"), ours.api.make("phone_number")
    group = ours.api.make("phone_number", is_group_number=True)

    assert able.put(f"/phone_number/{group['id']}/", json={"label": "x"}).status_code == 200
    assert able.put(f"/phone_number/{mine['id']}/", json={"label": "x"}).status_code == 403
    assert may().delete(f"/phone_number/{group['id']}/").status_code == 403


def test_deleting_a_lead_takes_what_others_put_there_along(ours, may):
    lead = ours.api.make("lead")
    for kind in ("task", "activity.note", "opportunity"):
        ours.api.make(kind, lead_id=lead["id"])

    assert may("delete_leads").delete(f"/lead/{lead['id']}/").status_code == 200
    assert ours.api.get(f"/lead/{lead['id']}/").status_code == 404


@pytest.mark.parametrize(
    ("kind", "path", "of"),
    [
        ("custom_object", "/custom_object/", "custom_object_type"),
        ("activity.custom", "/activity/custom/", "custom_activity"),
    ],
)
def test_what_only_some_roles_edit_is_not_deleted_by_others(ours, may, kind, path, of):
    user = may("delete_own_activities", "manage_others_activities")
    type_id = ours.api.make(of, editable_with_roles=["admin"])["id"]
    name = "custom_object_type_id" if of == "custom_object_type" else "custom_activity_type_id"
    made = ours.api.make(kind, **{name: type_id})

    assert user.delete(f"{path}{made['id']}/").status_code == 403
    assert ours.api.delete(f"{path}{made['id']}/").status_code in (200, 204)


def test_a_permission_is_asked_by_no_statement_of_its_own(ours, may, statements):
    able = may("manage_others_tasks")
    task, own = ours.api.make("task"), able.make("task")
    able.ok("put", f"/task/{own['id']}/", json={"priority": "high"})

    others = statements(lambda: able.ok("put", f"/task/{task['id']}/", json={"priority": "high"}))
    ones = statements(lambda: able.ok("put", f"/task/{own['id']}/", json={"priority": "medium"}))

    assert len(others) == len(ones)


BODIES = {"membership.pinned_views.update": {"saved_view_ids": []}}
NUMBER = itertools.count(1)
