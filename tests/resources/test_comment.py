"""Comments and their threads."""

from concurrent.futures import ThreadPoolExecutor

import pytest

BODY = "<body><p>Well done!</p></body>"


def said(api, object, body=BODY):
    """A comment on an object."""
    return api.ok("post", "/comment/", json={"object_id": object["id"], "body": body})


def thread_of(api, comment):
    return api.ok("get", f"/comment_thread/{comment['thread_id']}/")


def comments(api, **of):
    return api.ok("get", "/comment/", params=of)["data"]


def remove(api, comment):
    answer = api.delete(f"/comment/{comment['id']}/")
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.fixture
def note(api):
    return api.make("activity.note")


@pytest.fixture
def seller(api, join):
    """Somebody who sees only the leads that name them; and such a lead is made with `field`."""
    field = api.make("custom_field.lead", name="Owner", type="user")["id"]
    role = api.make(
        "role",
        permissions=["calling", "delete_own_activities"],
        visibility_user_lcf_ids=[field],
        visibility_user_lcf_behavior="require_assignment",
    )
    seller = join(role["id"])
    seller.field = f"custom.{field}"
    return seller


# Writing


def test_a_comment_has_the_documented_form(api, note):
    comment = said(api, note)

    thread_id, when = comment["thread_id"], comment["created_at"]
    assert comment == {
        "id": comment["id"],
        "organization_id": api.organization_id,
        "thread_id": thread_id,
        "lead_id": note["lead_id"],
        "body": BODY,
        "mentions": [],
        "created_at": when,
        "created_by": api.user_id,
        "updated_at": when,
        "updated_by": api.user_id,
        "removed_at": None,
        "removed_by": None,
    }
    assert thread_of(api, comment) == {
        "id": thread_id,
        "organization_id": api.organization_id,
        "object_id": note["id"],
        "object_type": "activity.note",
        "lead_id": note["lead_id"],
        "num_comments": 1,
        "participating": [api.user_id],
        "created_at": when,
        "updated_at": when,
    }
    assert thread_id.startswith("comthr_")


@pytest.mark.parametrize(
    ("name", "object_type"),
    [
        ("activity.note", "activity.note"),
        ("activity.custom", "activity.custom_activity"),
        ("opportunity", "opportunity"),
        ("task", "task.lead"),
        ("custom_object", "custom_object"),
    ],
)
def test_activities_opportunities_tasks_and_custom_objects_are_commented(api, name, object_type):
    thread = thread_of(api, said(api, api.make(name)))
    assert thread["object_type"] == object_type


def test_any_kind_of_activity_is_commented(api):
    lead = api.make("lead")
    (created,) = api.ok("get", f"/activity/created/?lead_id={lead['id']}")["data"]
    assert thread_of(api, said(api, created))["object_type"] == "activity.created"


@pytest.mark.parametrize("name", ["lead", "contact", "comment"])
def test_nothing_else_is_commented(api, name):
    body = {"object_id": api.make(name)["id"], "body": BODY}
    refused = api.post("/comment/", json=body)
    assert refused.status_code == 400
    assert refused.json()["field-errors"] == {"object_id": "Object does not exist."}


def test_an_object_has_one_thread(api, note, join):
    colleague = join()
    first = said(api, note)
    second, third = said(colleague, note), said(api, note)

    assert first["thread_id"] == second["thread_id"] == third["thread_id"]
    thread = thread_of(api, first)
    assert thread["num_comments"] == 3
    assert thread["participating"] == [api.user_id, colleague.user_id]


def test_other_objects_have_other_threads(api, note):
    assert said(api, note)["thread_id"] != said(api, api.make("activity.note"))["thread_id"]


def test_users_and_groups_are_mentioned(api, note):
    group = api.make("group")["id"]
    names = (
        f'<span class="mention" data-type="mention" data-id="{id}" data-label="x">@x</span>'
        for id in (api.user_id, group, api.user_id)
    )
    comment = said(api, note, f"<body><p>{' '.join(names)}</p></body>")
    assert comment["mentions"] == [api.user_id, group]
    changed = api.ok("put", f"/comment/{comment['id']}/", json={"body": BODY})
    assert changed["mentions"] == []


def test_the_text_is_cleaned(api, note):
    comment = said(api, note, '<p onclick="x()">Hi <script>alert(1)</script><b>there</b></p>')
    assert comment["body"] == "<body><p>Hi <b>there</b></p></body>"


@pytest.mark.parametrize("body", ["", " ", "<body></body>", "<p> </p>", "<script>x</script>"])
def test_a_comment_says_something(api, note, body):
    refused = api.post("/comment/", json={"object_id": note["id"], "body": body})
    assert refused.status_code == 400
    assert refused.json()["field-errors"] == {"body": "This field is required."}


def test_all_that_is_wrong_is_said_at_once(api):
    refused = api.post("/comment/", json={"object_id": "acti_x", "body": 5})
    assert set(refused.json()["field-errors"]) == {"object_id", "body"}


def test_a_refused_comment_leaves_no_thread(api, note):
    api.post("/comment/", json={"object_id": note["id"], "body": ""})
    assert api.ok("get", "/comment_thread/")["data"] == []


# Editing


def test_only_the_body_can_be_changed(api, note):
    comment, other = said(api, note), api.make("activity.note")
    body = {"body": "<body><p>New</p></body>", "object_id": other["id"], "thread_id": "x"}
    changed = api.ok("put", f"/comment/{comment['id']}/", json=body | {"created_by": "user_x"})
    assert changed == comment | {"body": body["body"], "updated_at": changed["updated_at"]}
    assert comments(api, object_id=other["id"]) == []


def test_users_edit_only_their_own_comments(api, note, join):
    """Not even an admin edits those of others."""
    theirs = said(join(), note)
    refused = api.put(f"/comment/{theirs['id']}/", json={"body": BODY})
    assert refused.status_code == 403
    assert refused.json()["error"] == "Only the user whose it is may do this."


def test_what_was_removed_cannot_be_edited(api, note):
    comment, _ = said(api, note), said(api, note)
    remove(api, comment)
    assert api.put(f"/comment/{comment['id']}/", json={"body": BODY}).status_code == 400


# Removing


def test_a_comment_that_is_removed_leaves_its_place(api, note, clock):
    clock.stand(clock())
    comment, other = said(api, note), said(api, note)

    clock.pass_by(minutes=1)
    remove(api, comment)

    left = api.ok("get", f"/comment/{comment['id']}/")
    assert (left["body"], left["mentions"], left["removed_by"]) == ("", [], api.user_id)
    assert left["removed_at"] == left["updated_at"] > comment["updated_at"]
    assert comments(api, object_id=note["id"]) == [left, other]
    assert thread_of(api, comment)["num_comments"] == 1


def test_removing_it_again_changes_nothing(api, note):
    comment, _ = said(api, note), said(api, note)
    remove(api, comment)
    before = api.events()
    remove(api, comment)
    assert api.events() == before
    assert thread_of(api, comment)["num_comments"] == 1


def test_the_last_comment_takes_the_thread_with_it(api, note):
    first, second = said(api, note), said(api, note)
    remove(api, first)
    remove(api, second)

    assert api.get(f"/comment_thread/{first['thread_id']}/").status_code == 404
    assert [api.get(f"/comment/{one['id']}/").status_code for one in (first, second)] == [404, 404]
    assert comments(api, object_id=note["id"]) == []
    assert said(api, note)["thread_id"] != first["thread_id"]


def test_removing_takes_the_right_to_delete_activities(api, note, join):
    of_admin = said(api, note)
    colleague, restricted = join("user"), join("restricteduser")
    muted = join(api.make("role", permissions=["view_all_leads"])["id"])
    of_restricted, of_muted = said(restricted, note), said(muted, note)

    assert muted.delete(f"/comment/{of_muted['id']}/").status_code == 403
    assert restricted.delete(f"/comment/{of_admin['id']}/").status_code == 403
    remove(restricted, of_restricted)
    remove(colleague, of_admin)  # who may manage what others did


# Lists


@pytest.mark.parametrize("params", ["", "?object_id=", "?object_id=a&thread_id=b", "?lead_id=x"])
def test_a_list_needs_exactly_one_of_object_and_thread(api, params):
    refused = api.get(f"/comment/{params}")
    assert refused.status_code == 400
    assert refused.json() == {"error": "Exactly one of object_id and thread_id is required."}


def test_comments_are_listed_by_object_and_by_thread_oldest_first(api, note):
    said(api, api.make("activity.note"))
    made = [said(api, note) for _ in range(3)]
    assert comments(api, object_id=note["id"]) == made
    assert comments(api, thread_id=made[0]["thread_id"]) == made
    assert comments(api, object_id=note["id"], _limit=1, _skip=1) == made[1:2]


def test_threads_are_listed_by_their_ids_and_by_those_of_their_objects(api, clock):
    clock.stand(clock())
    notes, made = [api.make("activity.note") for _ in range(3)], []
    for one in notes:
        made.append(said(api, one)["thread_id"])
        clock.pass_by(seconds=1)

    def listed(**params):
        return [row["id"] for row in api.ok("get", "/comment_thread/", params=params)["data"]]

    assert listed() == made[::-1]
    assert listed(ids=",".join(made[:2])) == [made[1], made[0]]
    assert listed(object_ids=f"{notes[2]['id']},{notes[0]['id']}") == [made[2], made[0]]
    assert listed(ids=made[0], object_ids=notes[1]["id"]) == []
    assert listed(ids="", object_ids="", _limit=1) == [made[2]]


# Who sees what


def test_comments_of_leads_one_cannot_see_do_not_exist(api, seller):
    hidden, mine = api.make("lead"), api.make("lead", **{seller.field: seller.user_id})
    notes = [api.make("activity.note", lead_id=lead["id"]) for lead in (hidden, mine)]
    secret, known = (said(api, note) for note in notes)

    assert comments(seller, thread_id=known["thread_id"]) == [known]
    assert comments(seller, thread_id=secret["thread_id"]) == []
    assert comments(seller, object_id=notes[0]["id"]) == []
    assert [row["id"] for row in seller.ok("get", "/comment_thread/")["data"]] == [
        known["thread_id"]
    ]
    for path in (f"/comment/{secret['id']}/", f"/comment_thread/{secret['thread_id']}/"):
        assert seller.get(path).status_code == 404
    assert seller.delete(f"/comment/{secret['id']}/").status_code == 404
    body = {"object_id": notes[0]["id"], "body": BODY}
    assert seller.post("/comment/", json=body).json()["field-errors"] == {
        "object_id": "Object does not exist."
    }
    assert said(seller, notes[1])["thread_id"] == known["thread_id"]


def test_the_threads_of_another_organization_do_not_exist(api, note, stranger):
    comment = said(api, note)
    assert stranger.get(f"/comment_thread/{comment['thread_id']}/").status_code == 404
    assert stranger.ok("get", "/comment_thread/", params={"ids": comment["thread_id"]}) == {
        "data": [],
        "has_more": False,
    }


# With their object


@pytest.mark.parametrize("name", ["activity.note", "opportunity", "task", "custom_object"])
def test_comments_go_with_what_they_are_about(api, name):
    object = api.make(name)
    first, second, other = said(api, object), said(api, object), said(api, api.make(name))
    remove(api, first)

    api.delete(f"/{name.replace('.', '/')}/{object['id']}/")

    assert api.get(f"/comment_thread/{first['thread_id']}/").status_code == 404
    assert api.get(f"/comment/{second['id']}/").status_code == 404
    assert api.ok("get", f"/comment/{other['id']}/") == other
    assert api.events().count(("comment", "deleted")) == 2
    assert api.events().count(("comment_thread", "deleted")) == 1


def test_comments_go_with_the_lead(api, note):
    comment = said(api, note)
    api.ok("delete", f"/lead/{note['lead_id']}/")
    assert api.get(f"/comment/{comment['id']}/").status_code == 404
    assert api.events().count(("comment", "deleted")) == 1


def test_comments_move_when_leads_are_merged(api, note, join):
    comment, destination = said(join(), note), api.make("lead")
    body = {"source": note["lead_id"], "destination": destination["id"]}
    api.ok("post", "/lead/merge/", json=body)

    moved = api.ok("get", f"/comment/{comment['id']}/")
    assert (moved["lead_id"], moved["body"]) == (destination["id"], BODY)
    assert thread_of(api, comment)["lead_id"] == destination["id"]
    assert comments(api, object_id=note["id"]) == [moved]


def test_an_opportunity_tells_of_its_comments(api):
    deal = api.make("opportunity")
    path = f"/opportunity/{deal['id']}/"
    assert deal["comment_summary"] is None

    comment, other = said(api, deal), said(api, deal)
    summary = {"thread_id": comment["thread_id"], "comment_count": 2}
    assert api.ok("get", path)["comment_summary"] == summary
    (listed,) = api.ok("get", f"/opportunity/?lead_id={deal['lead_id']}")["data"]
    assert listed["comment_summary"] == summary

    remove(api, comment)
    assert api.ok("get", path)["comment_summary"] == summary | {"comment_count": 1}
    assert api.ok("put", path, json={"value": 5})["comment_summary"]["comment_count"] == 1

    remove(api, other)
    assert api.ok("get", path)["comment_summary"] is None


def test_a_meeting_tells_of_its_comments(api):
    lead, now = api.make("lead")["id"], api.world.clock()
    id = api.add("activity.meeting", lead_id=lead, title="Intro", starts_at=now, ends_at=now)
    comment = said(api, {"id": id})
    summary = {"thread_id": comment["thread_id"], "comment_count": 1}
    assert api.ok("get", f"/activity/meeting/{id}/")["comment_summary"] == summary


# The log


def test_removing_a_body_is_an_update_and_only_the_end_is_a_deletion(api, note, world):
    start = len(api.events())
    first, second = said(api, note), said(api, note)
    remove(api, first)
    logged = [
        event for event in api.ok("get", "/event/")["data"] if "comment" in event["object_type"]
    ]
    assert {(one["object_type"], one["action"]) for one in logged} == {
        ("comment", "created"),
        ("comment", "updated"),
        ("comment_thread", "created"),
        ("comment_thread", "updated"),
    }
    assert {one["lead_id"] for one in logged} == {note["lead_id"]}
    remove(api, second)
    ended = api.events()[start:]
    assert ended.count(("comment", "deleted")) == 2
    assert ended.count(("comment_thread", "deleted")) == 1


# At once


def test_of_two_first_comments_one_begins_the_thread(world, api, note):
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda _: said(api, note), range(2)))
    assert made[0]["thread_id"] == made[1]["thread_id"]
    assert thread_of(api, made[0])["num_comments"] == 2


def test_a_comment_is_written_with_few_statements(api, note, statements):
    said(api, note)
    sent = statements(lambda: said(api, note))
    assert len([text for text in sent if text not in ("BEGIN;", "COMMIT;")]) == 6
