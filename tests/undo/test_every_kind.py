"""What holds for every resource that the event log tells of: a new one is tested by existing."""

from ajar.kernel import Bool, Choice, Int, Text
from tests.test_every_resource import logged, with_verbs
from tests.undo.conftest import request, without_when


def another(field, value):
    """A value that clients may give instead."""
    if isinstance(field, Choice):
        return next((one for one in field.choices if one != value), None)
    kinds = {Bool: not value, Int: 7}
    return kinds.get(type(field), "Something else" if type(field) is Text else None)


def changed(api, thing, made):
    """An update that the server does not refuse, of one of the fields; its answer."""
    for name, field in thing.fields("update").items():
        new = another(field, made.get(name))
        if new is not None and name in made:
            answer = api.put(thing.at(made["id"]), json={name: new})
            if answer.status_code == 200 and answer.json()[name] != made[name]:
                return answer
    return None


@with_verbs("create", where=logged)
def test_undoing_a_create_leaves_no_trace_and_can_be_undone(api, rows, undo, thing):
    body = api.body(thing.about.name)
    before = rows(api)
    answer = api.post(thing.path, json=body)
    after = rows(api)

    gone = api.post(f"{request(answer)}undo/")
    assert gone.json()["objects"][-1]["action"] == "deleted"
    assert rows(api) == before

    undo(api, gone)
    assert rows(api) == after


@with_verbs("create", "update", where=logged)
def test_undoing_an_update_leaves_no_trace(api, rows, undo, thing):
    made = api.make(thing.about.name)
    before = rows(api)
    answer = changed(api, thing, made)
    if answer is None:
        return

    undo(api, answer)

    assert rows(api) == before


@with_verbs("create", "delete", where=logged)
def test_undoing_a_delete_brings_back_all_that_went(api, rows, undo, thing):
    made = api.make(thing.about.name)
    before = rows(api)
    answer = api.delete(thing.at(made["id"]))

    undo(api, answer)

    assert rows(api) == before
    if thing.operation("get"):
        there = without_when(api.ok("get", thing.at(made["id"])))
        assert there.items() >= without_when(made).items()


@with_verbs("create", where=logged)
def test_nobody_undoes_what_is_not_theirs(api, stranger, thing):
    made = api.make(thing.about.name)
    (event,) = api.ok("get", f"/event/?object_id={made['id']}&action=created")["data"]
    for path in (f"/event/{event['id']}/", f"/request/{event['request_id']}/"):
        theirs = stranger.post(f"{path}undo/")
        none = stranger.post(f"{path[:-5]}AAAA/undo/")
        assert (theirs.status_code, theirs.content) == (404, none.content)
