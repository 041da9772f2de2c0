"""Whatever the API description allows, and much that it does not: no answer is a bug of the server,
and every answer is as described. One request to every third operation here; `make fuzz` sends
many to each."""

import asyncio
import os
import warnings
from datetime import UTC, datetime

import httpx2
import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck
from hypothesis import strategies as st
from schemathesis import openapi
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from ajar import openapi as description
from ajar import resources, seeding
from ajar.kernel import Ref
from ajar.kernel.operations import all_operations
from ajar.kernel.registry import resources as registry

resources.load()
OPERATIONS = all_operations()
LONG = os.environ.get("AJAR_FUZZ")
EXAMPLES = int(LONG or 1)
NAMES = sorted(OPERATIONS)[:: 1 if LONG else 3]
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# What would lock the client out is only asked of rows that are not there.
CAREFUL = ("membership", "api_key", "oauth_grant")
MODES = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)


@pytest.fixture(scope="module")
def company(newcomer):
    """One full of demo data."""
    api = newcomer()
    caller = api.world.app.database, api.organization_id, api.user_id
    options = {"leads": 20, "seed": 1, "now": NOW}
    asyncio.run(seeding.seed(*caller, **options, told=lambda leads: None))
    return api


@pytest.fixture(scope="module")
def ids(company):
    """Of the rows of every table, by the name of the resource."""
    return {name: known(company, resource.about) for name, resource in registry.items()}


def known(api, about):
    of_type = f" and _type = '{about.type}'" if about.type else ""
    text = f'select id from "{about.table.name}" where organization_id = $1{of_type}'
    return [row["id"] for row in api.world.sql(f"{text} limit 50", api.organization_id)]


@pytest.fixture(scope="module")
def schema():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openapi.from_dict(description.document(OPERATIONS.values()))


@pytest.mark.parametrize("name", NAMES)
def test_every_answer_is_as_described(company, schema, ids, name):
    operation = schema.find_operation_by_id(name)
    some = {one: st.sampled_from(found) for one, found in ids.items() if found}

    @hypothesis.settings(
        max_examples=EXAMPLES,
        derandomize=not LONG,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[hypothesis.Phase.generate],
    )
    @hypothesis.given(st.data())
    def asked(data):
        mode = data.draw(st.sampled_from(MODES))
        case = data.draw(operation.as_strategy(generation_mode=mode))
        fill_in(data, case, OPERATIONS[name], {} if name.startswith(CAREFUL) else some)
        send(company, case)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        asked()


def fill_in(data, case, operation, some):
    """Rows that are there, for most of the ids."""
    if isinstance(case.query, dict):
        case.query.pop("_fields", None)  # for what it leaves out there are no words in a schema
    about = getattr(operation.resource, "about", None)
    if about and "id" in (case.path_parameters or {}) and about.name in some:
        case.path_parameters["id"] = data.draw(some[about.name])
    if some and isinstance(case.query, dict) and "lead_id" in operation.parameters:
        case.query["lead_id"] = data.draw(some["lead"])
    for name, field in about.stored.items() if about and isinstance(case.body, dict) else ():
        if isinstance(field, Ref) and field.to in some and data.draw(st.booleans()):
            case.body[name] = data.draw(some[field.to])


def send(company, case):
    asked = case.as_transport_kwargs(base_url="http://testserver/api/v1")
    wanted = {
        k: asked[k] for k in ("params", "json", "data", "cookies") if asked.get(k) is not None
    }
    headers = {**(asked.get("headers") or {}), **company.headers}
    try:
        answer = company.client.request(asked["method"], asked["url"], headers=headers, **wanted)
    except httpx2.InvalidURL:  # too long for the client
        return
    case.validate_response(answer, checks=CHECKS)
