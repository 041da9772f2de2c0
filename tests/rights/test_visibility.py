"""Who does not see a lead sees nothing of it, whichever way they look."""

import pytest

from ajar.kernel.operations import all_operations
from ajar.kernel.registry import resources as registry
from ajar.resources.role import ADMIN
from ajar.search import catalogue

OPERATIONS = all_operations()
BUT = "view_all_leads"
ON_LEADS = sorted(name for name, one in registry.items() if one.about.of_a_lead == "lead_id")


@pytest.fixture(scope="module")
def role(ours):
    """Allows all that an admin may, but shows only the leads that name its members."""
    field = ours.api.make("custom_field.lead", type="user", name="Owner")["id"]
    return ours.api.make(
        "role",
        permissions=[name for name in ADMIN if name != BUT],
        visibility_user_lcf_ids=[field],
        visibility_user_lcf_behavior="require_assignment",
    )


class Scene:
    """An admin; somebody with this role; a lead that names them; and one that does not, with
    everything on it."""

    def __init__(self, ours, role):
        self.api, self.hidden, self.limited = ours.api, ours, ours.api.join(role["id"])
        self.key = f"custom.{role['visibility_user_lcf_ids'][0]}"
        self.lead = self.api.make("lead", name="Mine", **{self.key: self.limited.user_id})["id"]

    def secrets(self):
        """The ids of all that is on the hidden lead, and its own."""
        found = {self.hidden.lead_id}
        for name in ON_LEADS:
            table = registry[name].about.table.name
            text = f'select id from "{table}" where organization_id = $1 and lead_id = $2'
            rows = self.api.world.sql(text, self.api.organization_id, self.hidden.lead_id)
            found |= {row["id"] for row in rows}
        return found


@pytest.fixture
def scene(ours, role):
    return Scene(ours, role)


def lists():
    """Every operation that reads without being told an id."""
    return [one for one in OPERATIONS.values() if one.method == "GET" and "{" not in one.path]


def test_no_list_shows_anything_of_a_hidden_lead(scene):
    secrets, ids = scene.secrets(), scene.hidden.ids
    narrow = {"comment.list": {"object_id": ids["activity.note"]}}
    narrow["custom_object.list"] = {"lead_id": scene.hidden.lead_id}
    narrow["sequence_subscription.list"] = {"sequence_id": ids["sequence"]}
    for one in lists():
        params = narrow.get(one.name, {})
        answer = scene.limited.get(one.path, params=params)
        assert answer.status_code == 200, (one.name, answer.text)
        assert [id for id in secrets if id in answer.text] == [], one.name


def test_no_row_on_a_hidden_lead_is_there_to_read_or_change(scene):
    for name in ["lead", *ON_LEADS]:
        if name not in scene.hidden.ids:
            continue
        path = f"/{registry[name].about.path}/{scene.hidden.ids[name]}/"
        for verb, method in (("get", "get"), ("update", "put"), ("delete", "delete")):
            if f"{name}.{verb}" in OPERATIONS:
                options = {"json": {}} if method == "put" else {}
                answer = getattr(scene.limited, method)(path, **options)
                assert answer.status_code == 404, (name, verb, answer.text)


def test_what_is_on_a_lead_that_is_seen_is_seen(scene):
    """So that the tests here do not pass because nothing is seen at all."""
    scene.api.ok("put", f"/lead/{scene.hidden.lead_id}/", json={scene.key: scene.limited.user_id})
    for name in ["lead", *ON_LEADS]:
        if f"{name}.get" in OPERATIONS and name in scene.hidden.ids:
            path = f"/{registry[name].about.path}/{scene.hidden.ids[name]}/"
            assert scene.limited.get(path).status_code == 200, name


def test_nothing_is_put_on_a_hidden_lead(scene):
    hidden = scene.hidden
    for name in ON_LEADS:
        field = registry[name].about.stored["lead_id"]
        if field.readonly or f"{name}.create" not in OPERATIONS:
            continue
        answer = scene.limited.post(
            f"/{registry[name].about.path}/", json={"lead_id": hidden.lead_id}
        )
        assert answer.status_code == 400, (name, answer.text)
        assert answer.json()["field-errors"]["lead_id"] == "Object does not exist.", name


def test_comments_on_what_is_hidden_are_refused_like_those_on_nothing(scene):
    for id in (scene.hidden.ids["activity.note"], scene.hidden.ids["opportunity"]):
        refused = scene.limited.post("/comment/", json={"object_id": id, "body": "Hi"})
        assert refused.json()["field-errors"] == {"object_id": "Object does not exist."}


def test_totals_count_only_what_is_seen(scene):
    limited, lead = scene.limited, scene.lead
    scene.api.make("opportunity", lead_id=lead, value=100)
    scene.api.make("task", lead_id=lead)

    assert limited.ok("get", "/lead/")["total_results"] == 1
    assert limited.ok("get", "/lead/?query=*")["total_results"] == 1
    assert limited.ok("get", "/task/")["total_results"] == 1
    worth = limited.ok("get", "/opportunity/")
    assert (worth["total_results"], worth["total_value_one_time"]) == (1, 100)
    groups = limited.ok("get", "/opportunity/?_group_by=user_id")
    assert sum(len(group["objects"]) for group in groups["data"]) == groups["total_results"] == 1
    path = f"/sequence/{scene.hidden.ids['sequence']}/"
    assert set(limited.ok("get", path)["subscription_counts_by_status"].values()) == {0}


def test_no_search_finds_what_is_hidden(scene):
    secrets = scene.secrets()
    for name, type_ in catalogue.types().items():
        if type_.part:
            continue
        query = {"type": "object_type", "object_type": name}
        found = scene.limited.post("/data/search/", json={"query": query, "include_counts": True})
        if found.status_code == 400:
            continue
        body = found.json()
        assert [id for id in secrets if id in found.text] == [], name
        assert body["count"]["total"] == len(body["data"]), name


def test_searching_for_words_of_a_hidden_lead_finds_nothing(scene):
    words = [{"type": "text", "mode": "full_words", "value": "Stair"}]
    kind = {"type": "object_type", "object_type": "lead"}
    body = {"query": {"type": "and", "queries": [kind, *words]}, "include_counts": True}

    assert scene.limited.ok("post", "/data/search/", json=body)["count"]["total"] == 0
    assert scene.limited.ok("get", "/lead/?query=Stair")["total_results"] == 0
    assert scene.api.ok("post", "/data/search/", json=body)["count"]["total"] == 1


def test_a_view_that_somebody_shares_finds_what_its_reader_sees(scene):
    kind = {"query": {"type": "object_type", "object_type": "lead"}}
    view = scene.api.make("saved_search", s_query=kind, is_shared=True)
    path = f"/saved_search/{view['id']}/results/?include_counts=true"

    found = scene.limited.ok("get", path)

    assert ([one["id"] for one in found["data"]], found["count"]["total"]) == ([scene.lead], 1)


def test_the_event_log_tells_nothing_of_a_hidden_lead(scene):
    told = scene.limited.ok("get", "/event/?_limit=50")["data"]
    assert scene.secrets() & {event["object_id"] for event in told} == set()
    assert {event["lead_id"] for event in told} <= {None, scene.lead}
    assert scene.limited.get(f"/event/{scene.hidden.ids['event']}/").status_code == 404
    assert scene.limited.ok("get", f"/event/?lead_id={scene.hidden.lead_id}")["data"] == []


def test_files_of_a_hidden_lead_cannot_be_opened_or_passed_on(scene, world):
    url = f"/go/file/{scene.hidden.file_id}/offer.pdf"
    file = {"url": url, "filename": "offer.pdf", "content_type": "application/pdf"}

    def opened(by):
        return world.client.get(url, headers=by.headers, follow_redirects=False).status_code

    note = {"lead_id": scene.lead, "note": "x", "attachments": [file]}
    assert (opened(scene.limited), opened(scene.api)) == (404, 302)
    assert scene.limited.post("/activity/note/", json=note).status_code == 400

    scene.api.make("activity.note", **note)  # it is on a lead that they see, too
    assert opened(scene.limited) == 302


def test_a_file_of_a_template_is_for_everybody_and_an_unused_one_for_who_sent_it(scene, world):
    now = world.clock()
    about = {"filename": "a.pdf", "content_type": "application/pdf", "size": 1}
    unused, used = (scene.api.add("file", **about, uploaded_at=now) for _ in range(2))
    file = {"url": f"/go/file/{used}/a.pdf", "filename": "a.pdf"}
    scene.api.make("email_template", attachments=[file])

    def opened(id, by=scene.limited):
        path = f"/go/file/{id}/a.pdf"
        return world.client.get(path, headers=by.headers, follow_redirects=False).status_code

    assert (opened(used), opened(unused), opened(unused, scene.api)) == (302, 404, 302)


def test_what_webhooks_were_told_is_not_read_by_who_does_not_see_every_lead(scene, world):
    hook, delivery = (scene.hidden.ids[name] for name in ("webhook", "webhook.delivery"))
    path = f"/webhook/{hook}/deliveries/"

    assert scene.limited.ok("get", path)["data"] == []
    assert scene.limited.get(f"{path}{delivery}/").status_code == 404
    assert scene.api.get(f"{path}{delivery}/").status_code == 200


def test_a_template_is_not_filled_in_for_a_hidden_lead(scene):
    template = scene.api.make("email_template", is_shared=True)["id"]
    path = f"/email_template/{template}/render/"
    ids = f"lead_id={scene.hidden.lead_id}&contact_id={scene.hidden.contact_id}"

    assert scene.limited.get(f"{path}?{ids}").status_code == 404
    assert scene.limited.ok("get", f"{path}?entry=0&mode=contact") == {}
    assert scene.limited.ok("get", f"{path}?entry=0&mode=lead") == {}
    assert scene.api.get(f"{path}?{ids}").status_code == 200


def test_a_call_finds_no_number_of_a_hidden_lead(scene):
    refused = scene.limited.post("/activity/call/", json={"phone": "+16505550100"})
    assert refused.json()["field-errors"] == {"lead_id": "This field is required."}


def test_hidden_leads_cannot_be_merged(scene):
    for pair in ((scene.hidden.lead_id, scene.lead), (scene.lead, scene.hidden.lead_id)):
        body = dict(zip(("source", "destination"), pair, strict=True))
        assert scene.limited.post("/lead/merge/", json=body).status_code == 404


def test_who_gives_a_lead_away_is_still_told_what_became_of_it(scene):
    """Also where that follows from a change that they made a moment ago."""
    first, second = scene.api.ok("get", "/status/lead/")["data"][:2]
    path = f"/lead/{scene.lead}/?_fields=id,status_id"
    scene.limited.ok("put", path, json={"status_id": second["id"]})

    away = {scene.key: scene.api.user_id, "status_id": first["id"]}
    assert scene.limited.ok("put", path, json=away)["status_id"] == first["id"]
    assert scene.limited.get(path).status_code == 404


def test_who_makes_a_lead_of_nobody_is_told_what_it_is(scene):
    body = {"name": "New", "contacts": [{"name": "Gob"}]}
    made = scene.limited.ok("post", "/lead/", json=body)
    assert made["contacts"][0]["name"] == "Gob"


def test_what_is_used_on_hidden_leads_can_be_deleted_by_who_may(scene):
    """What follows from a change reaches everything."""
    made = scene.api.make("custom_object", lead_id=scene.hidden.lead_id)

    path = f"/custom_object_type/{made['custom_object_type_id']}/"
    assert scene.limited.delete(path).status_code == 204
    assert scene.api.get(f"/custom_object/{made['id']}/").status_code == 404


def test_who_does_not_see_every_lead_sees_no_inbox_but_their_own(scene):
    own = scene.api.make("task", lead_id=scene.lead, assigned_to=scene.limited.user_id)
    other = scene.api.make("task", lead_id=scene.lead)

    def listed(params):
        return {one["id"] for one in scene.limited.ok("get", f"/task/?{params}")["data"]}

    assert listed("view=inbox") == {own["id"]}
    assert listed(f"lead_id={scene.lead}") == {own["id"], other["id"]}
    refused = scene.limited.get(f"/task/?view=inbox&assigned_to={scene.api.user_id}")
    assert refused.status_code == 403


def test_seeing_less_takes_no_more_statements(scene, statements):
    limited, path = scene.limited, f"/lead/{scene.lead}/"
    for each in (lambda: limited.ok("get", path), lambda: limited.ok("get", "/activity/")):
        each()
        assert len(statements(each)) == 1
