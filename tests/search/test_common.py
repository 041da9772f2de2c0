"""Rare words are found by their index; common ones by looking at one object after the other."""

import pytest

from ajar.kernel.context import Caller, Context
from ajar.search import common, page
from tests.conftest import Api
from tests.search.conftest import Search, every, kind, where

ROWS = 3000
WORDS = "ix__lead__words"
NEWEST = "ix__lead__date_created"


class Explaining(Context):
    async def rows(self, statement, /, **given):
        text, *values = self.said(statement, given)
        plan = await self.db.fetch(f"explain {text}", *values)
        raise Explained("\n".join(row[0] for row in plan))


class Explained(Exception):
    pass


@pytest.fixture(scope="module")
def crowd(world):
    """Leads who all say "hello", and one in a thousand of them "marmalade" as well."""
    api = Api(world)
    api.make("lead")
    world.sql(
        """insert into lead (organization_id, id, name, description, status_id, addresses, custom,
        date_created, date_updated) select l.organization_id, 'lead_' || n, 'Hello ' || n,
        case when n % 1000 = 7 then 'marmalade' end, l.status_id, l.addresses, l.custom,
        l.date_created, l.date_updated from lead l, generate_series(1, $1::int) n
        where l.organization_id = $2""",
        *(ROWS, api.organization_id),
    )
    world.sql("analyze lead")
    yield api
    world.sql(
        "delete from lead where organization_id = $1 and id ~ '^lead_[0-9]+$'", api.organization_id
    )
    world.sql("analyze lead")


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch):
    monkeypatch.setattr(common, "MANY", 1000)


@pytest.fixture
def plan(crowd, world):
    """What PostgreSQL does for a search."""

    def explain(*queries, **options):
        async def ask(db):
            caller = Caller(crowd.organization_id, crowd.user_id)
            ctx = Explaining(db, caller, world.clock())
            search = await page.asked(ctx, {"query": every(kind("lead"), *queries)} | options)
            with pytest.raises(Explained) as plan:
                await page.run(ctx, search)
            return str(plan.value)

        return world.call(ask)

    return explain


def anywhere(value, mode="full_words"):
    return {"type": "text", "mode": mode, "value": value}


def named(value):
    return where("lead", "name", type="text", mode="full_words", value=value)


def described(value):
    return where("lead", "description", type="text", mode="full_words", value=value)


@pytest.mark.parametrize("query", [anywhere("hello"), anywhere("hel", "beginning_of_words")])
def test_a_common_word_is_looked_for_in_the_newest_first(plan, query):
    found = plan(query)
    assert NEWEST in found and WORDS not in found


@pytest.mark.parametrize(
    "query", [anywhere("marmalade"), anywhere("hello marmalade"), described("marmalade")]
)
def test_a_rare_word_is_found_by_its_index(plan, query):
    assert WORDS in plan(query)


def test_a_common_word_of_one_field_is_looked_for_there_alone(plan):
    assert WORDS not in plan(named("hello"))


@pytest.mark.parametrize("many", [-1, 1000, 10**9])
def test_both_ways_find_the_same(crowd, monkeypatch, many):
    monkeypatch.setattr(common, "MANY", many)
    found = [
        Search(crowd).ids("lead", query, _limit=200)
        for query in (anywhere("hello marmalade"), anywhere("HELLO 7"), described("marmalade"))
    ]
    assert found == [
        {"lead_7", "lead_1007", "lead_2007"},
        {"lead_7"},
        {"lead_7", "lead_1007", "lead_2007"},
    ]


def test_where_nothing_is_noted_no_word_is_common():
    assert common.rows({}, "lead", "hello", begun=False) == 0
    assert common.rows({"lead": {"hello": 9, "help": 8}}, "lead", "hel", begun=True) == 17
    assert common.rows({"lead": {"hello": 9, "help": 8}}, "lead", "Hello, help!", False) == 8
