"""Random data and random queries: PostgreSQL finds what a plain evaluation in Python does."""

import contextlib
import os
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ajar.kernel.context import Caller, Context
from ajar.search import common, page, parse

CASES = int(os.environ.get("AJAR_SEARCH_CASES", "200"))
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
WORDS = ["red", "Reddish", "blue", "sky-blue", "été", "x1"]
texts = st.one_of(st.none(), st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join))
contacts = st.fixed_dictionaries(
    {
        "name": texts,
        "title": texts,
        "emails": st.lists(st.sampled_from(["a@b.example", "C@D.example"]), max_size=2),
    }
)
values = st.one_of(st.none(), st.integers(-2, 2))
leads = st.fixed_dictionaries(
    {
        "name": texts,
        "description": texts,
        "number": values,
        "choice": st.one_of(st.none(), st.lists(st.sampled_from("abc"), min_size=1, unique=True)),
        "age": st.integers(0, 3),
        "contacts": st.lists(contacts, max_size=2),
        "notes": st.lists(texts, max_size=2),
    }
)

# Queries, in the words of this test: (what, ...), and whether it is negated.
modes = st.sampled_from(["full_words", "phrase", "beginning_of_words", "exact_value"])
looked = st.one_of(
    st.sampled_from(["re", "!", "sky blue", "RED", "x", "A@b.example"]), texts.filter(bool)
)
bounds = st.dictionaries(
    st.sampled_from(["gt", "gte", "lt", "lte"]), st.integers(-2, 2), min_size=1
)
of_text = st.one_of(st.tuples(st.just("exists")), st.tuples(st.just("like"), modes, looked))


def about(names):
    return st.tuples(st.just("text"), st.sampled_from(names), of_text)


def tree(leaf):
    def joined(inner):
        return st.tuples(
            st.sampled_from(["and", "or"]), st.lists(st.tuples(inner, st.booleans()), max_size=3)
        )

    return st.tuples(st.recursive(leaf, joined, max_leaves=6), st.booleans())


mail = tree(st.tuples(st.just("mail"), modes, looked))
person = tree(st.one_of(about(["name", "title"]), st.tuples(st.just("emails"), mail)))
note = tree(about(["note"]))
lead = tree(
    st.one_of(
        about(["name", "description"]),
        st.tuples(st.just("number"), st.one_of(st.none(), bounds)),
        st.tuples(st.just("choice"), st.lists(st.sampled_from("abcd"), max_size=2)),
        st.tuples(st.just("age"), st.integers(0, 3), st.integers(0, 3)),
        st.tuples(st.just("anywhere"), modes, looked),
        st.tuples(st.just("contact"), person),
        st.tuples(st.just("note"), note),
    )
)


# The plain evaluation


def words(text):
    return re.findall(r"[^\W_]+", (text or "").lower())


def like(text, mode, asked):
    if text is None:
        return False
    if mode == "exact_value":
        return text.lower() == asked.lower()
    have, want = words(text), words(asked)
    if not want:
        return False
    if mode == "full_words":
        return set(want) <= set(have)
    if mode == "beginning_of_words":
        return all(any(one.startswith(word) for one in have) for word in want)
    return any(have[n : n + len(want)] == want for n in range(len(have)))


def all_texts(row):
    people = [
        text for one in row["contacts"] for text in (one["name"], one["title"], *one["emails"])
    ]
    own = [row["name"], row["description"], *(row["choice"] or [])]
    return own, people


def anywhere(row, mode, asked):
    own, _people = all_texts(row)
    objects = [own] + [[one["name"], one["title"], *one["emails"]] for one in row["contacts"]]
    if mode in ("phrase", "exact_value"):
        return any(like(t, mode, asked) and words(asked) for o in objects for t in o)
    chunks = re.sub(r"[@./:_~+<>&?=#;-]", " ", asked).split()
    joined = [" ".join(t for t in one if t) for one in objects]
    return bool(chunks) and all(any(like(t, mode, c) for t in joined) for c in chunks)


COMPARE = {"gt": "__gt__", "gte": "__ge__", "lt": "__lt__", "lte": "__le__"}


def meets(row, query):
    (what, *rest), negated = query
    return negated is not PLAIN[what](row, *rest)


def text(row, name, test):
    if test[0] == "exists":
        return bool(row[name])
    return like(row[name], *test[1:])


def number(row, test):
    value = row["number"]
    if value is None or test is None:
        return value is not None
    return all(getattr(value, COMPARE[op])(limit) for op, limit in test.items())


PLAIN = {
    "and": lambda row, parts: all(meets(row, part) for part in unfolded(parts)),
    "or": lambda row, parts: any(meets(row, p) for p in unfolded(parts)) or not parts,
    "text": text,
    "number": number,
    "choice": lambda row, chosen: bool(set(row["choice"] or ()) & set(chosen)),
    "age": lambda row, since, until: row["age"] <= since and row["age"] > until,
    "anywhere": anywhere,
    "contact": lambda row, inner: any(meets(one, inner) for one in row["contacts"]),
    "note": lambda row, inner: any(meets({"note": one}, inner) for one in row["notes"]),
    "emails": lambda row, inner: any(meets({"email": one}, inner) for one in row["emails"]),
    "mail": lambda row, mode, asked: like(row["email"], mode, asked),
}


def unfolded(parts):
    """`((what, ...), negated)` for each part, which are that already."""
    return parts


# The same query as JSON


def said(query, of, ids):
    (what, *rest), negated = query
    return JSON[what](of, ids, *rest) | {"negate": negated}


def where(of, name, **condition):
    field = {"type": "regular_field", "object_type": of, "field_name": name}
    return {"type": "field_condition", "field": field, "condition": condition}


def custom(id, **condition):
    field = {"type": "custom_field", "custom_field_id": id}
    return {"type": "field_condition", "field": field, "condition": condition}


def has(of, other, inner, ids):
    names = {"this_object_type": of, "related_object_type": other}
    return {"type": "has_related", "related_query": said(inner, other, ids)} | names


def moment(days):
    return {"type": "fixed_utc", "value": (NOW - timedelta(days=days)).isoformat()}


def text_json(of, ids, name, test):
    if test[0] == "exists":
        return where(of, name, type="exists")
    return where(of, name, type="text", mode=test[1], value=test[2])


JSON = {
    "and": lambda of, ids, parts: {"type": "and", "queries": [said(p, of, ids) for p in parts]},
    "or": lambda of, ids, parts: {"type": "or", "queries": [said(p, of, ids) for p in parts]},
    "text": text_json,
    "number": lambda of, ids, test: custom(
        ids["number"], **({"type": "exists"} if test is None else {"type": "number_range"} | test)
    ),
    "choice": lambda of, ids, chosen: custom(ids["choice"], type="term", values=chosen),
    "age": lambda of, ids, since, until: where(
        "lead", "date_created", type="moment_range", on_or_after=moment(since), before=moment(until)
    ),
    "anywhere": lambda of, ids, mode, asked: {"type": "text", "mode": mode, "value": asked},
    "contact": lambda of, ids, inner: has(of, "contact", inner, ids),
    "note": lambda of, ids, inner: has(of, "activity.note", inner, ids),
    "emails": lambda of, ids, inner: has(of, "contact_email", inner, ids),
    "mail": lambda of, ids, mode, asked: where(of, "email", type="text", mode=mode, value=asked),
}


@pytest.fixture(scope="module")
def crowd(world):
    """Leads that hypothesis made up once, stored as they are."""
    from tests.conftest import Api

    api = Api(world)
    ids = {
        "number": api.make("custom_field.lead", name="N", type="number")["id"],
        "choice": api.make(
            "custom_field.lead",
            name="C",
            type="choices",
            choices=list("abc"),
            accepts_multiple_values=True,
        )["id"],
    }
    rows = []
    samples = []

    @settings(max_examples=40, database=None, derandomize=True)
    @given(leads)
    def collect(row):
        samples.append(row)

    collect()
    for row in samples[:40]:
        body = {"name": row["name"], "description": row["description"]}
        body |= {f"custom.{ids['number']}": row["number"], f"custom.{ids['choice']}": row["choice"]}
        made = api.ok("post", "/lead/", json=body)["id"]
        for one in row["contacts"]:
            person = {n: one[n] for n in ("name", "title")} | {"lead_id": made}
            api.ok(
                "post", "/contact/", json=person | {"emails": [{"email": e} for e in one["emails"]]}
            )
        for one in row["notes"]:
            api.ok("post", "/activity/note/", json={"lead_id": made, "note": one})
        created = NOW - timedelta(days=row["age"])
        world.sql("update lead set date_created = $1 where id = $2", created, made)
        rows.append((made, row))
    world.sql("analyze")
    return api, ids, rows


# Of which tables it is known how common words are.
NOTED = {"unknown": {}, "rare": {"lead": {}}, "common": {"lead": {}}}
NOTED["few contacts"] = {"lead": {}, "contact": {}}


@settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck))
@given(query=lead, words=st.sampled_from(sorted(NOTED)))
def test_sql_finds_what_a_plain_evaluation_does(world, crowd, monkeypatch, query, words):
    """However common the words are thought to be, which decides in which way they are found."""
    monkeypatch.setattr(common, "MANY", -1 if words == "common" else 10**9)
    api, ids, rows = crowd
    wanted = {id for id, row in rows if meets(row, query)}
    tree = said(query, "lead", ids)
    body = {
        "query": {"type": "and", "queries": [{"type": "object_type", "object_type": "lead"}, tree]}
    }

    async def found(db):
        ctx = Context(db, Caller(api.organization_id, api.user_id), NOW)
        ctx.caller.known[common.KNOWN] = NOTED[words]
        search = await page.asked(ctx, body | {"_limit": 200})
        text = await page.run(ctx, search)
        one = rows[0][0]
        return text, await page.matches(ctx, search.query, one)

    text, first = world.call(found)
    assert set(re.findall(r'"id":"(lead_\w+)"', text)) == wanted
    assert first is (rows[0][0] in wanted)


def test_the_parser_survives_anything(world):
    """Bad JSON is refused, never a bug."""
    from ajar.errors import Invalid
    from ajar.search.known import Known

    keys = st.sampled_from(
        [
            "type",
            "queries",
            "negate",
            "field",
            "condition",
            "value",
            "mode",
            "object_type",
            "field_name",
            "related_query",
            "values",
            "on_or_after",
            "offset",
            "moment",
        ]
    )
    words_ = st.sampled_from(
        [
            "and",
            "or",
            "text",
            "object_type",
            "lead",
            "field_condition",
            "name",
            "offset",
            "regular_field",
            "moment_range",
            "exists",
            "has_related",
            "date_created",
        ]
    )
    scalars = st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3), words_
    )
    anything = st.recursive(
        scalars,
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner)),
        max_leaves=25,
    )

    @settings(max_examples=CASES, deadline=None, database=None)
    @given(anything)
    def survives(said):
        ctx = Context(None, Caller("orga_x", "user_x"), NOW)
        query = {"type": "and", "queries": [{"type": "object_type", "object_type": "lead"}, said]}
        reader = parse.Reader(ctx, NOW, Known())
        with contextlib.suppress(Invalid):
            parse.query(reader, query, "query")

    survives()
