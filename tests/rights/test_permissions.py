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


@pytest.fixture
def may(api, join):
    """Somebody who sees every lead and has these permissions."""

    def member(*permissions):
        return join(api.make("role", permissions=[*permissions, "view_all_leads"])["id"])

    return member


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

    def __init__(self, api, everything, name):
        self.api, self.everything, self.kind = api, everything, rights.table()[name][0]
        self.table, self.owner = registry[self.kind].about.table.name, TAKEN[name].owner[0]

    def of(self, who):
        """The id of one more. Whose it is the table is told: nobody makes rows for others."""
        self.api.world.sql(
            f'update "{self.table}" set {self.owner} = $1 where id = $2',
            who.user_id,
            id := self.id(),
        )
        return id

    def id(self):
        if self.kind in ("membership", "send_as"):
            return self.everything.ids[self.kind]
        if f"{self.kind}.create" in OPERATIONS:
            return self.api.make(self.kind, **self.everything.more(self.kind))["id"]
        return self.copy(self.everything.ids[self.kind])

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


def test_ones_own_and_that_of_others_take_what_the_table_says(api, may, everything):
    everything, nobody, people = everything(api), may(), {}

    for name in ONES_OWN:
        if "{id}" not in OPERATIONS[name].path:
            continue
        rows, body = Rows(api, everything, name), BODIES.get(name)
        for whose in ("others", "own"):
            permission = wanted(rows, name, whose)
            answer = ask(nobody, name, rows.of(nobody if whose == "own" else api), body)
            assert (answer.status_code == 403) == bool(permission), (name, whose, answer.text)
            if permission in (None, rights.NOBODY):
                continue
            able = people.setdefault(permission, may(permission))
            answer = ask(able, name, rows.of(able if whose == "own" else api), body)
            assert answer.status_code < 300, (name, whose, answer.text)


def test_a_refused_change_changes_nothing(api, may):
    nobody, task = may(), api.make("task")

    answer = nobody.put(f"/task/{task['id']}/", json={"text": "Mine"})

    assert answer.json() == refusal("manage_others_tasks")
    assert api.ok("get", f"/task/{task['id']}/") == task


def test_a_task_is_of_whom_it_is_assigned_to(api, may):
    nobody = may()
    task = api.make("task", assigned_to=nobody.user_id)

    assert nobody.put(f"/task/{task['id']}/", json={"is_complete": True}).status_code == 200
    assert nobody.delete(f"/task/{task['id']}/").json() == refusal("delete_own_tasks")


def test_of_many_tasks_each_must_be_ones_own(api, may):
    nobody = may()
    own = api.make("task", assigned_to=nobody.user_id)
    path = f"/task/?lead_id={own['lead_id']}"
    assert nobody.put(path, json={"priority": "high"}).status_code == 200
    other = api.make("task", lead_id=own["lead_id"])

    refused = nobody.put(path, json={"priority": "medium"})

    assert refused.json() == refusal("manage_others_tasks")
    assert api.ok("get", f"/task/{own['id']}/")["priority"] == "high"
    assert may("manage_others_tasks").put(path, json={"priority": "medium"}).status_code == 200
    assert api.ok("get", f"/task/{other['id']}/")["priority"] == "medium"


def test_what_nobody_is_named_on_is_of_who_made_it(api, may, world):
    nobody = may("delete_own_activities")
    note, other = nobody.make("activity.note"), api.make("activity.note")
    world.sql("update activity set user_id = null where organization_id = $1", api.organization_id)

    assert nobody.delete(f"/activity/note/{other['id']}/").status_code == 403
    assert nobody.delete(f"/activity/note/{note['id']}/").status_code == 200


def test_a_group_number_takes_the_permission_and_that_of_a_user_only_this_user(api, may):
    able, mine = may("manage_group_numbers"), api.make("phone_number")
    group = api.make("phone_number", is_group_number=True)

    assert able.put(f"/phone_number/{group['id']}/", json={"label": "x"}).status_code == 200
    assert able.put(f"/phone_number/{mine['id']}/", json={"label": "x"}).status_code == 403
    assert may().delete(f"/phone_number/{group['id']}/").status_code == 403


def test_deleting_a_lead_takes_what_others_put_there_along(api, may):
    lead = api.make("lead")
    for kind in ("task", "activity.note", "opportunity"):
        api.make(kind, lead_id=lead["id"])

    assert may("delete_leads").delete(f"/lead/{lead['id']}/").status_code == 200
    assert api.get(f"/lead/{lead['id']}/").status_code == 404


@pytest.mark.parametrize("kind", ["custom_object", "activity.custom"])
def test_types_that_only_some_roles_edit_are_not_deleted_by_others(api, may, kind):
    user, name = may("delete_own_activities", "manage_others_activities"), "activity/custom"
    type_kind = "custom_object_type" if kind == "custom_object" else "custom_activity"
    type_ = api.make(type_kind, editable_with_roles=["admin"])
    path = f"/{name if kind == 'activity.custom' else kind}/"
    made = api.make(kind, **{f"{type_kind}_type_id".replace("_type_type", "_type"): type_["id"]})

    assert user.delete(f"{path}{made['id']}/").status_code == 403
    assert api.delete(f"{path}{made['id']}/").status_code in (200, 204)


def test_a_permission_is_asked_by_no_statement_of_its_own(api, may, statements):
    able = may("manage_others_tasks")
    task, own = api.make("task"), able.make("task")
    able.ok("put", f"/task/{own['id']}/", json={"priority": "high"})

    others = statements(lambda: able.ok("put", f"/task/{task['id']}/", json={"priority": "high"}))
    ones = statements(lambda: able.ok("put", f"/task/{own['id']}/", json={"priority": "medium"}))

    assert len(others) == len(ones)


BODIES = {"membership.pinned_views.update": {"saved_view_ids": []}}
NUMBER = itertools.count(1)
