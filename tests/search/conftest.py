"""Queries, said in few words."""

from types import SimpleNamespace

import pytest


def kind(name):
    return {"type": "object_type", "object_type": name}


def every(*queries):
    return {"type": "and", "queries": list(queries)}


def some(*queries):
    return {"type": "or", "queries": list(queries)}


def no(query):
    return query | {"negate": True}


def regular(name, field):
    return {"type": "regular_field", "object_type": name, "field_name": field}


def where(name, field, **condition):
    """`where("lead", "name", type="exists")`."""
    return {"type": "field_condition", "field": regular(name, field), "condition": condition}


def added(id, **condition):
    field = {"type": "custom_field", "custom_field_id": id}
    return {"type": "field_condition", "field": field, "condition": condition}


def related(this, other, query):
    names = {"this_object_type": this, "related_object_type": other}
    return {"type": "has_related", "related_query": query} | names


@pytest.fixture
def say():
    return SimpleNamespace(
        kind=kind,
        every=every,
        some=some,
        no=no,
        where=where,
        added=added,
        related=related,
        regular=regular,
    )


class Search:
    def __init__(self, api):
        self.api = api

    def __call__(self, name, *queries, headers=None, **options):
        """What a search for objects of a type answers."""
        body = {"query": every(kind(name), *queries)} | options
        return self.api.ok("post", "/data/search/", json=body, headers=headers)

    def ids(self, name, *queries, **options):
        return {row["id"] for row in self(name, *queries, **options)["data"]}

    def refused(self, query, **options):
        """Why it is: by the path of what is wrong."""
        answer = self.api.post("/data/search/", json={"query": query} | options)
        assert answer.status_code == 400, answer.text
        return answer.json()["field-errors"]


@pytest.fixture
def search(api):
    return Search(api)
