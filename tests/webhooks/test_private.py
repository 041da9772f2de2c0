"""A webhook tells nobody what they could not read by themselves."""

KINDS = ["email_template created", "sms_template created", "saved_search created"]


def names(told):
    return [event["data"]["name"] for event in told]


def test_a_webhook_tells_what_its_maker_may_read(api, join, receiver, subscribe, deliver):
    one, other = join(), join()
    mine, theirs, admins = receiver(), receiver(), receiver()
    for there, by in ((mine, one), (theirs, other), (admins, api)):
        subscribe(there, *KINDS, api=by)
    for kind in KINDS:
        name = kind.partition(" ")[0]
        one.make(name, name="Private")
        one.make(name, name="Shared", is_shared=True)

    deliver()

    assert names(mine.told) == ["Private", "Shared"] * 3
    assert names(theirs.told) == names(admins.told) == ["Shared"] * 3


def test_an_export_is_told_to_admins_and_to_who_made_it(api, join, receiver, subscribe, deliver):
    one = join(api.make("role", permissions=["view_all_leads", "export"])["id"])
    mine, theirs, admins = receiver(), receiver(), receiver()
    for there, by in ((mine, one), (theirs, join()), (admins, api)):
        subscribe(there, "export.lead created", api=by)
    one.ok("post", "/export/lead/", json={"format": "csv", "type": "leads"})

    deliver()

    assert [len(there.told) for there in (mine, theirs, admins)] == [1, 0, 1]


def test_what_was_told_is_not_read_by_others_in_the_log(api, join, receiver, subscribe, deliver):
    one, there = join(), receiver()
    webhook = subscribe(there, *KINDS, api=one)["id"]
    one.make("email_template", name="Private")
    one.make("email_template", name="Shared", is_shared=True)
    deliver()
    log = api.ok("get", f"/webhook/{webhook}/deliveries/")["data"]

    def bodies(by):
        paths = [f"/webhook/{webhook}/deliveries/{row['id']}/" for row in reversed(log)]
        return [by.ok("get", path)["request_body"] for path in paths]

    assert [body and body["event"]["data"]["name"] for body in bodies(one)] == ["Private", "Shared"]
    assert [body and body["event"]["data"]["name"] for body in bodies(api)] == [None, "Shared"]


def test_sent_again_it_tells_no_more(api, world, join, receiver, subscribe, deliver, clock):
    one, there = join(), receiver()
    webhook = subscribe(there, *KINDS)["id"]
    one.make("email_template", name="Private")
    one.make("email_template", name="Shared", is_shared=True)
    since = {"date_from": clock().replace(year=2020).isoformat(), "date_to": clock().isoformat()}
    deliver()

    api.ok("post", f"/webhook/{webhook}/redeliver/", json=since)
    world.work()
    deliver()

    assert {event["data"]["name"] for event in there.told} == {"Shared"}


def test_who_has_left_hears_on_of_what_is_for_everybody(api, join, receiver, subscribe, deliver):
    one, there = join(), receiver()
    subscribe(there, *KINDS, "lead created", api=one)
    api.ok("delete", f"/membership/{one.member['id']}/")
    api.make("lead", name="Bluth")
    for name in ("Private", "Shared"):
        api.make("email_template", name=name, is_shared=name == "Shared")

    deliver()

    assert sorted(names(there.told)) == ["Bluth", "Shared"]


NAMED = {"type": "field_accessor", "field": "name", "filter": {"type": "equals", "value": "Mine"}}
FILTER = {"type": "field_accessor", "field": "data", "filter": NAMED}


def test_of_the_moment_of_sharing_others_learn_that_it_was(
    api, join, receiver, subscribe, settle, deliver
):
    """As the event log tells it; also where a filter looks at what it does not tell."""
    one, other = join(), join()
    mine, theirs, guessing = receiver(), receiver(), receiver()
    subscribe(mine, "email_template updated", api=one, event_filter=FILTER)
    webhook = subscribe(theirs, "email_template updated", api=other)["id"]
    subscribe(guessing, "email_template updated", api=other, event_filter=FILTER)
    template = one.make("email_template", name="Mine")["id"]
    settle()
    one.ok("put", f"/email_template/{template}/", json={"is_shared": True})
    settle()

    (whole,), (short,) = mine.told, theirs.told
    assert (whole["data"]["name"], whole["id"]) == ("Mine", short["id"])
    assert short == other.ok("get", f"/event/{short['id']}/")
    assert "data" not in short
    assert guessing.told == []
    (row,) = api.ok("get", f"/webhook/{webhook}/deliveries/")["data"]
    shown = other.ok("get", f"/webhook/{webhook}/deliveries/{row['id']}/")
    assert shown["request_body"]["event"] == short
