"""The API's own description: valid, complete, true, and readable."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from ajar import docs_page, openapi, resources
from ajar.http.headers import GUARDS
from ajar.kernel import Text
from ajar.kernel.operations import Operation, all_operations
from ajar.kernel.registry import resources as registry

resources.load()
OPERATIONS = all_operations()
CREATABLE = sorted(name for name in registry if "create" in registry[name].about.verbs)
LISTED = sorted(
    name.removesuffix(".list")
    for name, operation in OPERATIONS.items()
    if name.endswith(".list") and operation.resource and "{" not in operation.path
)


@pytest.fixture(scope="module")
def document(world):
    """As anybody gets it."""
    return world.client.get("/api/v1/openapi.json").json()


@pytest.fixture(scope="module")
def page(world):
    return world.client.get("/docs").text


def described(document, name):
    operation = OPERATIONS[name]
    return document["paths"][operation.path][operation.method.lower()]


def body(document, name):
    return described(document, name)["requestBody"]["content"]["application/json"]["schema"]


def parameters(document, name):
    found = described(document, name)["parameters"]
    return {one["name"]: one for one in found if "name" in one}


def problems(document, schema, value):
    """What of a value is not as documented; what is not documented at all is a problem too."""
    whole = schema | {"components": document["components"], "unevaluatedProperties": False}
    return [error.message for error in Draft202012Validator(whole).iter_errors(value)]


# The document


def test_the_document_is_valid(document):
    validate(document)


def test_anybody_may_read_it_at_either_address(world):
    for path in ("/api/v1/openapi.json", "/api/v1/openapi.json/"):
        answer = world.client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_operation_is_described(document, name):
    operation, found = OPERATIONS[name], described(document, name)
    declared = {one["name"] for one in parameters(document, name).values()}
    assert (found["operationId"], bool(found["summary"])) == (name, True)
    assert declared == {*re.findall(r"{(\w+)}", operation.path), *operation.parameters}
    assert str(operation.status) in found["responses"]


def test_nothing_else_is_described(document):
    names = [one["operationId"] for path in document["paths"].values() for one in path.values()]
    assert sorted(names) == sorted(OPERATIONS)


@pytest.mark.parametrize("name", CREATABLE)
def test_an_answer_is_as_documented(api, document, name):
    schema = {"$ref": f"#/components/schemas/{registry[name].__name__}"}
    assert problems(document, schema, api.make(name)) == []


@pytest.mark.parametrize("name", LISTED)
def test_a_list_is_as_documented(api, document, name):
    found = described(document, f"{name}.list")["responses"]["200"]
    schema = dict(found["content"]["application/json"]["schema"])
    schema["properties"] = schema["properties"] | {"total_results": {"type": "integer"}}
    of_lead = dict.fromkeys(("custom_object", "sequence_subscription"), "lead_id")
    of = (of_lead | {"comment": "thread_id"}).get(name)
    params = {of: api.make(name)[of]} if of else {}
    page = api.ok("get", OPERATIONS[f"{name}.list"].path, params=params)
    whole = schema | {"components": document["components"]}
    assert [error.message for error in Draft202012Validator(whole).iter_errors(page)] == []


@pytest.mark.parametrize("name", CREATABLE)
def test_what_creates_a_row_is_as_documented(api, document, name):
    assert problems(document, body(document, f"{name}.create"), api.body(name)) == []


def test_a_body_says_what_is_required_and_leaves_out_what_is_read_only(document):
    create, update = (body(document, f"status.lead.{verb}") for verb in ("create", "update"))
    assert (create["required"], update["required"]) == (["label"], [])
    assert create["properties"]["label"] == {"type": "string", "maxLength": 255}
    assert {"id", "organization_id", "position"} & create["properties"].keys() == set()


def test_what_is_fixed_can_only_be_created(document):
    create, update = (body(document, f"activity.note.{verb}") for verb in ("create", "update"))
    assert "lead_id" in create["properties"]
    assert "lead_id" not in update["properties"]


def test_parameters_have_types_and_limits(document):
    found = parameters(document, "task.list")
    limit = {"type": "integer", "minimum": 0, "maximum": 200, "default": 100}
    assert found["_limit"]["schema"] == limit
    assert found["is_complete"]["schema"] == {"type": "boolean"}
    assert (found["id__in"]["schema"]["type"], found["id__in"]["explode"]) == ("array", False)


def test_refusals_are_as_documented(api, world, document):
    schema = {"$ref": "#/components/schemas/Error"}
    refused = [
        world.client.get("/api/v1/lead/"),
        api.get("/lead/lead_x/"),
        api.post("/status/lead/", json={}),
        api.get("/lead/?_limit=x"),
    ]
    for answer in refused:
        assert str(answer.status_code) in described(document, "lead.create")["responses"]
        assert problems(document, schema, answer.json()) == []


def test_headers_that_are_sent_are_documented(api, document):
    sent = {name for name in api.get("/lead/?no_such=1").headers if name.startswith("x-")}
    sent -= {name.decode() for name in GUARDS}  # which every answer of a server has
    assert sent <= document["components"]["headers"].keys()


def test_an_operation_may_name_the_fields_of_its_body(document):
    takes = {"source": Text(required=True), "note": Text()}
    one = Operation("lead.fold", "POST", "/lead/fold/", print, takes=takes)
    schema = openapi.described(one)["requestBody"]["content"]["application/json"]["schema"]
    assert (list(schema["properties"]), schema["required"]) == (["source", "note"], ["source"])


# The page


class Page(HTMLParser):
    """What is on a page: its elements, by name."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in ("meta", "input", "link", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def ids(self):
        return [found["id"] for _, found in self.elements if "id" in found]


def test_the_page_is_there_for_anybody(world):
    for path in ("/docs", "/docs/"):
        answer = world.client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (
            200,
            "text/html; charset=utf-8",
        )


def test_the_page_explains_every_operation_and_object(document, page):
    ids = Page(page).ids()
    assert len(ids) == len(set(ids))
    assert {*OPERATIONS, *document["components"]["schemas"]} <= set(ids)


def test_the_page_is_well_formed_and_its_links_lead_somewhere(page):
    parsed = Page(page)
    links = [found["href"] for tag, found in parsed.elements if tag == "a"]
    assert parsed.open == []
    assert {link for link in links if link[0] == "#"} <= {f"#{id}" for id in parsed.ids()}


def test_the_page_fetches_nothing(page):
    fetching = {"src", "srcset", "action", "style", "onclick", "onload"}
    for tag, found in Page(page).elements:
        assert not fetching & found.keys(), tag
        assert tag not in ("link", "iframe", "object", "embed", "img")


def test_nothing_runs_on_the_page_but_what_it_came_with(world, page):
    policy = world.client.get("/docs").headers["content-security-policy"]
    for tag in ("script", "style"):
        (text,) = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.S)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")


def test_the_page_shows_text_as_text(document):
    async def evil(ctx, params, body):
        """<script>alert("x")</script> & 'more'"""

    takes = {"<b>": Text(example="<i>")}
    one = Operation("a.<u>", "POST", "/a/<s>/", evil, takes=takes)
    text = docs_page.page(openapi.document([one]))
    assert not {"script>alert", "<b>P", "<u>", "<s>", "<i>"} & set(re.findall(r"<\w+>", text))
    assert "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#x27;more&#x27;" in text
