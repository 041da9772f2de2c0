"""What is not for everybody is not read in the event log, either: at any time, by anybody."""

import pytest

KINDS = {
    "email_template": ("name", {"is_shared": True}, {"is_shared": False}),
    "sms_template": ("name", {"is_shared": True}, {"is_shared": False}),
    "saved_search": ("name", {"is_shared": True}, {"is_shared": False}),
}
SECRET = "Zanzibar"


@pytest.fixture(params=KINDS)
def private(request, api, join):
    return Private(api, join(), request.param)


class Private:
    """Something of a user's, and what others read of it."""

    def __init__(self, api, owner, kind):
        self.api, self.owner, self.kind = api, owner, kind
        self.field, self.shared, self.unshared = KINDS[kind]
        self.id = owner.make(kind, **{self.field: SECRET})["id"]

    def change(self, **values):
        self.api.world.clock.pass_by(seconds=10)
        self.owner.ok("put", f"/{self.kind}/{self.id}/", json=values)

    def delete(self):
        self.api.world.clock.pass_by(seconds=10)
        self.owner.ok("delete", f"/{self.kind}/{self.id}/")

    def events(self, by, query=""):
        page = by.ok("get", f"/event/?object_id={self.id}{query}")
        return [
            (one["action"], one.get("data") or one.get("previous_data")) for one in page["data"]
        ]

    def all_that(self, by):
        """What the log says to them, whichever way they ask."""
        mine = [one["id"] for one in self.owner.ok("get", f"/event/?object_id={self.id}")["data"]]
        answers = [by.get(f"/event/{id}/") for id in mine]
        answers += [by.post(f"/event/{id}/undo/", json={"dry_run": True}) for id in mine]
        answers += [by.get(f"/event/?object_id={self.id}"), by.get("/event/")]
        return answers


def silent(private, by):
    answers = private.all_that(by)
    return not any(SECRET in one.text or private.id in one.text for one in answers)


@pytest.mark.parametrize("minutes", [0, 30, 90])
@pytest.mark.parametrize("gone", [False, True])
def test_nobody_else_reads_of_it(private, join, clock, minutes, gone):
    private.change(**{private.field: f"{SECRET} 2"})
    if gone:
        private.delete()
    clock.pass_by(minutes=minutes)

    assert silent(private, private.api)  # an admin
    assert silent(private, join("superuser")) and silent(private, join())
    assert not silent(private, private.owner)


def test_once_it_is_shared_what_it_was_before_is_not_told(private, join):
    private.change(**private.shared | {private.field: "Public"})
    private.change(**{private.field: "Public 2"})

    told = private.events(join())

    assert [action for action, _ in told] == ["updated", "updated", "created"]
    assert SECRET not in str(told) and told[1:] == [("updated", None), ("created", None)]
    assert told[0][1][private.field] == "Public 2"
    assert SECRET in str(private.events(private.owner))


def test_once_it_is_not_shared_any_more_nothing_is_told(private, join):
    private.change(**private.shared)
    private.change(**private.unshared)

    assert silent(private, private.api) and silent(private, join())


def test_what_was_shared_when_it_went_is_told(private, join):
    private.change(**private.shared)
    private.delete()

    told = private.events(join())

    assert [action for action, _ in told] == ["deleted", "updated", "created"]
    assert told[0][1][private.field] == SECRET
    assert told[1:] == [("updated", None), ("created", None)]


def test_what_was_not_shared_any_more_when_it_went_is_not_told(private, join):
    private.change(**private.shared)
    private.change(**private.unshared)
    private.delete()

    assert silent(private, private.api) and silent(private, join())


def test_a_view_is_told_to_those_it_is_shared_with(api, join):
    one, other, owner = join(), join(), join()
    group = api.make("group")["id"]
    api.ok("post", f"/group/{group}/member/", json={"user_id": one.user_id})
    view = owner.make("saved_search", name=SECRET, shared_with=[group])

    def told(by):
        return SECRET in by.get(f"/event/?object_id={view['id']}").text

    assert (told(one), told(owner), told(other), told(api)) == (True, True, False, False)


def test_an_export_is_told_to_who_made_it_and_to_admins(api, join):
    one = join(api.make("role", permissions=["view_all_leads", "export"])["id"])
    export = one.ok("post", "/export/lead/", json={"format": "csv", "type": "leads"})

    def told(by):
        return export["id"] in by.get(f"/event/?object_id={export['id']}").text

    assert (told(one), told(api), told(join("user"))) == (True, True, False)
