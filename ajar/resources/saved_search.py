"""Smart Views: searches that are kept."""

from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB

from ajar.errors import ApiError, Invalid
from ajar.kernel import (
    EXACT,
    IN,
    Bool,
    Choice,
    CreatedAt,
    CreatedBy,
    Field,
    Items,
    List,
    Resource,
    Text,
    UpdatedAt,
    UpdatedBy,
    computed,
    operation,
    query,
)
from ajar.kernel.operations import list_parameters
from ajar.kernel.registry import resources
from ajar.kernel.sql import TEXTS, Statement, parameter, shapes
from ajar.search import catalogue, lines, page

TYPES = ("lead", "contact", "opportunity", *catalogue.SHORT)
EXAMPLE = {"query": {"type": "object_type", "object_type": "lead"}}
SHARING = "sharing_settings"  # another way to say `is_shared` and `shared_with`


class SearchQuery(Field):
    """A query, its order and its limit, as a search takes them."""

    column_type, python_type, json = JSONB, dict, {"type": "object"}


class Shared(Bool):
    """With everybody."""

    def sent(self, data):
        return super().sent(data) or isinstance(data.get(SHARING), dict)

    def pick(self, old, data):
        said = data.get(SHARING)
        return said.get("whole_org", False) if isinstance(said, dict) else super().pick(old, data)


class SharedWith(List):
    """Ids of users and groups."""

    asked_type = TEXTS

    def sent(self, data):
        return super().sent(data) or isinstance(data.get(SHARING), dict)

    def pick(self, old, data):
        said = data.get(SHARING)
        if not isinstance(said, dict):
            return super().pick(old, data)
        lists = (said.get("user_ids") or [], said.get("group_ids") or [])
        return [id for ids in lists for id in ids] if all(isinstance(i, list) for i in lists) else 0

    def asked(self, value):
        texts = isinstance(value, list) and all(isinstance(id, str) for id in value)
        return value if value and texts else None

    def question(self, asked):
        found = []
        for name in ("user", "group"):
            rows = query.rows(resources[name])
            ids = query.related(resources[name], rows, rows.c.id)
            found.append(ids.where(rows.c.id == sa.any_(asked)))
        return func.array(sa.union_all(*found).scalar_subquery())

    def clean(self, value, answer=None):
        value = super().clean(value)
        if any(id not in (answer or ()) for id in value):
            raise ValueError("Each must be the id of a user or a group.")
        return list(dict.fromkeys(value))


def mine_or_shared(row):
    """Everybody sees their own views, and those that are shared with them or a group of theirs."""
    member = resources["group.member"]
    rows = query.rows(member)
    groups = query.related(member, rows, rows.c.group_id)
    groups = func.array(groups.where(rows.c.user_id == parameter("user_id")).scalar_subquery())
    people = func.array_append(groups, parameter("user_id"), type_=TEXTS)
    return (row.user_id == parameter("user_id")) | row.is_shared | row.shared_with.op("?|")(people)


class SavedSearch(
    Resource, path="saved_search", prefix="save", order="-date_created", seen_if=mine_or_shared
):
    """A Smart View: a search with a name, of one's own or shared."""

    type = Choice(*TYPES, fixed=True, required=True, default="lead", filter=EXACT | IN)
    name = Text(required=True, most=255, example="Untouched leads")
    description = Text(most=300)
    s_query = SearchQuery(example=EXAMPLE)
    query = Text(fixed=True)
    selected_fields = Items({"type_id": Text(most=48), "field_id": Text(required=True, most=48)})
    is_shared = Shared()
    shared_with = SharedWith()
    is_user_dependent = Bool(readonly=True)
    user_id = CreatedBy("user", readonly=True)
    updated_by = UpdatedBy("user", readonly=True, hidden=True)
    date_created = CreatedAt(readonly=True)
    date_updated = UpdatedAt(readonly=True)

    @computed(json={"type": "object"})
    def sharing_settings(view):
        ids = func.jsonb_array_elements_text(view.shared_with).column_valued("one")

        def of(prefix: str):
            chosen = func.coalesce(func.json_agg(ids), sa.literal_column("'[]'::json"))
            found = (
                sa.select(chosen).select_from(ids.scalar_alias).correlate_except(ids.scalar_alias)
            )
            return found.where(ids.startswith(prefix, autoescape=True)).scalar_subquery()

        def written(name: str):
            return SavedSearch.about.stored[name].shown(view.id.table)

        return func.json_build_object(
            *("whole_org", view.is_shared, "user_ids", of("user_"), "group_ids", of("group_")),
            *("created_by_id", view.user_id, "updated_by_id", view.updated_by),
            *("created_at", written("date_created"), "updated_at", written("date_updated")),
        )

    @staticmethod
    async def prepare(ctx, old, new):
        if new["s_query"] != old.get("s_query") or not old:
            new["is_user_dependent"] = await checked(ctx, new)


async def checked(ctx, view: dict) -> bool:
    """Whether what it finds depends on who asks."""
    if bool(view["s_query"]) == bool(view["query"]):
        one = "Send either query or s_query."
        raise Invalid(fields={"s_query": one if view["query"] else "This field is required."})
    if view["query"]:
        return (await lines.understood(ctx, view["query"], view["type"]))[0].query.user_dependent
    search = await page.understood(ctx, view["s_query"], "s_query.")
    if search.query.type != catalogue.find(view["type"]):
        reason = f"Must have an object_type clause of the view's type, which is {view['type']}."
        raise Invalid(fields={"s_query.query": reason})
    return search.query.user_dependent


async def said(ctx, view: Any) -> dict:
    """What it searches for, as the body of a search."""
    if view["s_query"]:
        return view["s_query"]
    _, line = await lines.understood(ctx, view["query"], view["type"])
    return {"query": line.query, "sort": line.sort}


@operation(
    "saved_search.list",
    "GET",
    "/saved_search/",
    of=SavedSearch,
    parameters=tuple(list_parameters(SavedSearch)),
)
async def list_(ctx, params, body):
    """Those of leads, unless a type is said."""
    chosen = {} if {"type", "type__in"} & params.keys() else {"type": "lead"}
    return await query.page(ctx, SavedSearch, chosen | params)


@operation(
    "saved_search.results",
    "GET",
    "/saved_search/{id}/results/",
    parameters=("_fields", "_limit", "cursor", "results_limit", "include_counts"),
)
async def results(ctx, params, body):
    """What a view finds now, for whoever asks."""
    return await page.run(ctx, await page.asked(ctx, await wanted(ctx, params)))


async def wanted(ctx, params: dict[str, str]) -> dict[str, Any]:
    """The body of the search that finds it."""
    view = (await ctx.rows(await kept(), id=params["id"]) or [None])[0]
    if view is None:
        raise query.render.missing(SavedSearch)
    search = await said(ctx, view)
    body = {name: search.get(name) for name in ("query", "sort", "results_limit")}
    given = {name: text for name, text in params.items() if text}
    body |= {
        name: number(name, given[name]) for name in ("_limit", "results_limit") if name in given
    }
    body |= {"cursor": given["cursor"]} if "cursor" in given else {}
    body |= {"include_counts": given.get("include_counts", "").lower() == "true"}
    if "_fields" in given:
        body["_fields"] = {view["type"]: given["_fields"]}
    return body


def number(name: str, text: str) -> int:
    try:
        return msgspec.json.decode(text, type=int)
    except msgspec.DecodeError:
        raise ApiError(f'{name} must be an integer (got "{text}" instead).') from None


@shapes(1)
def kept() -> Statement:
    rows = query.rows(SavedSearch)
    columns = (rows.c.type, rows.c.s_query, rows.c.query)
    found = query.owned(SavedSearch, rows, *columns)
    return Statement(found.where(rows.c.id == parameter("id")))


async def named_in(ctx, id: str) -> bool:
    """Whether any view, whoever may see it, is shared with this or searches for it."""
    return await ctx.value(await naming(), id=id, text=f'%"{id}"%')


@shapes(1)
def naming() -> Statement:
    rows = query.rows(SavedSearch)
    shared = rows.c.shared_with.op("?", return_type=sa.Boolean)(parameter("id"))
    searched = sa.cast(rows.c.s_query, sa.Text).like(parameter("text"))
    found = query.related(SavedSearch, rows, sa.literal_column("1")).where(shared | searched)
    return Statement(sa.select(found.exists()))
