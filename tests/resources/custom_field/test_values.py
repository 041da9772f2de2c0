"""Values of custom fields, the same on whatever has them."""

import pytest

KINDS = ("lead", "contact", "opportunity", "custom_object", "activity.custom")


class Owner:
    """Makes and changes rows of one kind, which has a field of one value and one of many."""

    def __init__(self, api, name):
        self.api, self.name, self.more = api, name, {}
        of = {"custom_object": "custom_object_type", "activity.custom": "activity"}.get(name, name)
        typed = {"custom_object": "custom_object_type_id"}.get(name, "custom_activity_type_id")
        first = api.make(f"custom_field.{of}")
        if of != name:
            self.more = {typed: first[typed]}
        many = {"type": "choices", "choices": ["A", "B", "C"], "accepts_multiple_values": True}
        second = api.make(f"custom_field.{of}", name="Many", **many, **self.more)
        self.one, self.many = (f"custom.{field['id']}" for field in (first, second))

    def make(self, **values):
        return self.api.make(self.name, **self.more, **values)

    def put(self, row, **values):
        path = f"/{self.name.replace('.', '/')}/{row['id']}/"
        return self.api.put(path, json=values)


@pytest.fixture(params=KINDS)
def owner(api, request):
    return Owner(api, request.param)


def test_what_is_given_becomes_the_whole_value(owner):
    row = owner.make(**{owner.one: "x", owner.many: ["A", "B"]})
    assert (row[owner.one], row[owner.many]) == ("x", ["A", "B"])

    changed = owner.put(row, **{owner.one: "y", owner.many: ["C"]}).json()
    assert (changed[owner.one], changed[owner.many]) == ("y", ["C"])


def test_a_value_that_is_not_there_is_not_shown(owner):
    row = owner.make()
    assert not {owner.one, owner.many} & row.keys()


def test_null_takes_one_value_away(owner):
    row = owner.make(**{owner.one: "x", owner.many: ["A"]})

    changed = owner.put(row, **{owner.many: None}).json()

    assert owner.many not in changed
    assert changed[owner.one] == "x"


def test_a_value_is_added_to_many_or_taken_from_them(owner):
    row = owner.make(**{owner.many: ["A"]})

    assert owner.put(row, **{f"{owner.many}.add": "B"}).json()[owner.many] == ["A", "B"]
    assert owner.put(row, **{f"{owner.many}.remove": "A"}).json()[owner.many] == ["B"]
    for change in ("add", "remove"):
        refused = owner.put(row, **{f"{owner.one}.{change}": "x"})
        assert (refused.status_code, list(refused.json()["field-errors"])) == (
            400,
            [f"{owner.one}.{change}"],
        )


@pytest.mark.parametrize("owner", ["opportunity", "activity.custom"], indirect=True)
def test_custom_fields_may_be_an_object_of_their_ids(owner):
    id = owner.one.removeprefix("custom.")

    row = owner.make(custom_fields={id: "x"})

    assert row[owner.one] == "x"
    assert "custom_fields" not in row
    assert owner.make(custom_fields=None).keys() & {owner.one} == set()
