"""Every operation says who may do it."""

import json
from pathlib import Path

import pytest

from ajar import openapi, resources, rights
from ajar.errors import Forbidden
from ajar.kernel.context import Caller, Context
from ajar.kernel.operations import all_operations
from ajar.kernel.registry import resources as registry
from ajar.resources.role import ADMIN

resources.load()
OPERATIONS = all_operations()
ROOT = Path(__file__).parents[2]
CONTRACT = ROOT.parent / "shared" / "reference" / "openapi.json"
# Nothing of the API does what these allow; `view_all_leads` is in every statement that reads.
ELSEWHERE = {"calling", "call_coach_barge", "call_coach_listen", "view_all_leads"}


def named(document):
    return {one["operationId"] for path in document["paths"].values() for one in path.values()}


def test_every_operation_of_the_description_says_what_it_takes():
    assert named(openapi.document(OPERATIONS.values())) - set(rights.table()) == set()


def test_nothing_is_named_twice():
    names = [name for rule in rights.RULES for name, _ in rule.names()]
    assert sorted(names) == sorted(set(names))


@pytest.mark.skipif(not CONTRACT.exists(), reason="the contract is kept beside the repository")
def test_nothing_is_named_that_nobody_offers():
    offered = named(json.loads(CONTRACT.read_text())) | set(OPERATIONS)
    assert set(rights.table()) - offered == set()


def test_every_permission_allows_something():
    assert {name for rule in rights.RULES for name in asked(rule.takes)} == (set(ADMIN) - ELSEWHERE)


def asked(takes):
    """The permissions that are spoken of."""
    numbers = [{"is_group_number": one} for one in (True, False)]
    others = {takes.others(row) for row in numbers} if callable(takes.others) else {takes.others}
    return {takes.right, takes.own, *others, *takes.also} - {None, rights.NOBODY}


def test_an_operation_that_nobody_named_is_for_admins_alone(api):
    def asked(*permissions):
        caller = Caller(api.organization_id, api.user_id, permissions=frozenset(permissions))
        rights.check(Context(None, caller, api.world.clock()), "competitor.create", {})

    asked("manage_organization")
    with pytest.raises(Forbidden):
        asked(*(name for name in ADMIN if name != "manage_organization"))


def told():
    """The table of docs/permissions.md: by permission, what it allows."""
    lines: dict[str, list[str]] = {name: [] for name in ADMIN}
    for rule in rights.RULES:
        what = ", ".join(f"`{one}`" for one in rule.resources.split())
        for permission, words in asked_for(rule.takes):
            verbs = " ".join(rule.verbs.split())
            lines[permission].append(f"{what}: {words.format(verbs)}")
    return [f"| `{name}` | {'; '.join(said) or '(see below)'} |" for name, said in lines.items()]


def asked_for(takes):
    """Each permission, and a sentence about when it is needed."""
    if takes.right:
        yield takes.right, "{}"
    if takes.own:
        yield takes.own, "{} of one's own"
    others = takes.others({"is_group_number": True}) if callable(takes.others) else takes.others
    if others and others != rights.NOBODY:
        of_group = " of a group" if callable(takes.others) else " of somebody else's"
        yield others, "{}" + of_group
    yield from ((name, f"{{}} {when}") for name, when in takes.also.items())


def test_the_page_about_permissions_has_the_table():
    page = (ROOT / "docs" / "permissions.md").read_text().splitlines()
    assert [line for line in page if line.startswith("| `")] == told()


def test_owners_are_columns_of_their_resource():
    for rule in rights.RULES:
        for name, resource in rule.names():
            if rule.takes.owner:
                assert set(rule.takes.owner) <= registry[resource].about.stored.keys(), name
