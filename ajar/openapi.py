"""The API as an OpenAPI document, which follows from the table of operations."""

import re
from collections.abc import Iterable
from typing import Any

import ajar
from ajar import describe
from ajar.http import repeating
from ajar.http.request import PREFIX
from ajar.kernel.operations import Operation
from ajar.kernel.registry import resources
from ajar.kernel.resource import VERBS

ABOUT = """A CRM that speaks the Close API: a program written for that works here once its base URL
is changed.

Sign in with HTTP Basic authentication, an API key as the user name and no password; or with an
OAuth access token. A list is
read in pages with `_limit` and `_skip`; `has_more` says whether there is another one. `_fields`
names the fields that an answer should have. A PUT changes the fields that are sent and leaves the
rest; null empties one. Unknown parameters are ignored, and named in a header of the answer."""

TEXT = {"type": "string"}
LIST = {"type": "array", "items": TEXT}
WINDOW = {
    "_fields": (LIST, "The fields that the answer should have."),
    "_order_by": (LIST, "What to order by; a minus in front turns it around."),
    "_limit": ({"type": "integer", "minimum": 0}, "How many at most."),
    "_skip": ({"type": "integer", "minimum": 0, "default": 0}, "How many to pass over."),
    "_cursor": (TEXT, "Where an earlier answer ended."),
}
COMPARED = {
    "gt": "Greater, or later, than this.",
    "gte": "At least this, or not earlier.",
    "lt": "Less, or earlier, than this.",
    "lte": "At most this, or not later.",
    "in": "Any of these.",
}
SENT = {
    "x-tz-offset": ({"type": "number", "default": 0}, "Your hours ahead of UTC: what today means."),
    "x-ajar-strict": ({"enum": ["1"]}, "Refuse parameters that mean nothing here."),
    "x-http-method-override": (TEXT, "On a POST: treat it as this method."),
}
ONCE = "A name of yours for this change: sent again with it, the change is made only once."
KEY = {repeating.HEADER: ({"type": "string", "minLength": 1, "maxLength": 255}, ONCE)}
RATE = "Requests a second: how many there may be, are left, and seconds until there are all again."
ANSWERED = {
    "x-request-id": "Names this request in the event log and in the server's own log.",
    "x-ajar-ignored-parameters": "Parameters that mean nothing here, if any were sent.",
    "ratelimit": RATE,
    "ratelimit-limit": RATE,
    "ratelimit-remaining": RATE,
    "ratelimit-reset": RATE,
}
REPLAYED = {repeating.REPLAYED: "`true` where this is the answer to an earlier request."}
REFUSED = {
    "400": ("BadRequest", "Something in the request is wrong."),
    "401": ("Unauthorized", "No key, or one that is not valid."),
    "403": ("Forbidden", "The role of the caller does not allow this."),
    "404": ("NotFound", "There is no such object, or the caller may not see it."),
    "409": ("Conflict", "This Idempotency-Key belongs to another request, or to one under way."),
    "405": ("NotAllowed", "The path does not have the method that was named instead of POST."),
    "413": ("TooLarge", "The body is too large."),
    "429": ("TooMany", "Too many requests; the headers say when to go on."),
    "503": ("Unavailable", "The database did not answer; try again in a moment."),
}


def document(operations: Iterable[Operation]) -> dict[str, Any]:
    paths: dict[str, dict[str, Any]] = {}
    tags: dict[str, dict[str, str]] = {}
    for operation in sorted(operations, key=lambda operation: operation.name):
        paths.setdefault(operation.path, {})[operation.method.lower()] = described(operation)
        tags.setdefault(tag(operation), tagged(operation))
    return {
        "openapi": "3.1.0",
        "info": {"title": "Ajar", "version": ajar.__version__, "description": ABOUT},
        "servers": [{"url": PREFIX}],
        "security": [{"ApiKey": []}, {"Bearer": []}],
        "tags": list(tags.values()),
        "paths": paths,
        "components": components(),
    }


def tag(operation: Operation) -> str:
    return operation.name.rpartition(".")[0]


def tagged(operation: Operation) -> dict[str, str]:
    resource = resources.get(tag(operation))
    return {"name": tag(operation)} | ({"description": said(resource)} if resource else {})


def said(thing: Any) -> str:
    """Its docstring, as paragraphs."""
    return re.sub(r"(?<!\n)\n *(?!\n)", " ", (thing.__doc__ or "").strip())


def may_be(operation: Operation, code: str, body: Any) -> bool:
    """Whether the operation may be refused in this way."""
    some = {
        "405": operation.method == "POST",
        "409": repeating.changes(operation),
        "413": bool(body),
    }
    return some.get(code, True)


def described(operation: Operation) -> dict[str, Any]:
    names = re.findall(r"{(\w+)}", operation.path)
    found: dict[str, Any] = {"operationId": operation.name, "tags": [tag(operation)]}
    found |= {"summary": summary(operation)}
    if text := said(operation.call):
        found["description"] = text
    found["parameters"] = [
        *({"name": name, "in": "path", "required": True, "schema": TEXT} for name in names),
        *(queried(operation, name, schema) for name, schema in describe.parameters(operation)),
        *({"$ref": f"#/components/parameters/{name}"} for name in sent(operation)),
    ]
    if body := describe.body(operation):
        required = bool(body.get("required"))
        found["requestBody"] = {"required": required, "content": json(body)}
    found["responses"] = {str(operation.status): answered(operation)} | {
        code: {"$ref": f"#/components/responses/{name}"}
        for code, (name, _) in REFUSED.items()
        if may_be(operation, code, body)
    }
    return found


def sent(operation: Operation) -> dict[str, Any]:
    """The headers that a request may have."""
    return SENT | KEY if repeating.changes(operation) else SENT


def summary(operation: Operation) -> str:
    """ "Lead status: update"."""
    name, _, verb = operation.name.rpartition(".")
    if operation.resource and verb in VERBS:
        name = operation.resource.__name__
    return f"{words(name)}: {words(verb)}".capitalize()


def words(name: str) -> str:
    return re.sub(r"[._]|(?<=[a-z])(?=[A-Z])", " ", name).lower()


def queried(operation: Operation, name: str, schema: dict[str, Any]) -> dict[str, Any]:
    text = COMPARED.get(name.rpartition("__")[2], "") if "__" in name else ""
    schema, text = WINDOW.get(name, (schema, text))
    about = getattr(operation.resource, "about", None)
    if name == "_limit" and about:
        schema = schema | {"maximum": about.most, "default": about.usual}
    found = {"name": name, "in": "query", "required": False, "schema": schema}
    found |= {"description": text} if text else {}
    return found | ({"style": "form", "explode": False} if schema.get("type") == "array" else {})


def answered(operation: Operation) -> dict[str, Any]:
    names = ANSWERED | REPLAYED if repeating.changes(operation) else ANSWERED
    headers: dict[str, Any] = {n: {"$ref": f"#/components/headers/{n}"} for n in names}
    if operation.status == 201:
        headers["location"] = {"schema": TEXT, "description": "The URL of what was created."}
    good: dict[str, Any] = {"description": "Done.", "headers": headers}
    return good if operation.status == 204 else good | {"content": json(result(operation))}


def result(operation: Operation) -> dict[str, Any]:
    verb = operation.name.rpartition(".")[2]
    if not operation.resource or verb not in VERBS or verb == "delete":
        return {"type": "object"}
    one = {"$ref": f"#/components/schemas/{operation.resource.__name__}"}
    if verb != "list":
        return one
    properties = {"data": {"type": "array", "items": one}, "has_more": {"type": "boolean"}}
    return {"type": "object", "properties": properties, "required": ["data", "has_more"]}


def json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def components() -> dict[str, Any]:
    error = {"$ref": "#/components/schemas/Error"}
    told = {name: {"$ref": f"#/components/headers/{name}"} for name in ANSWERED}
    objects = {
        resource.__name__: describe.answer(resource) | {"description": said(resource)}
        for resource in resources.values()
    }
    return {
        "schemas": dict(sorted(objects.items())) | {"Error": ERROR},
        "responses": {
            name: {"description": text, "headers": told, "content": json(error)}
            for name, text in REFUSED.values()
        },
        "parameters": {
            name: {"name": name, "in": "header", "schema": schema, "description": text}
            for name, (schema, text) in (SENT | KEY).items()
        },
        "headers": {
            name: {"schema": TEXT, "description": text}
            for name, text in (ANSWERED | REPLAYED).items()
        },
        "securitySchemes": {
            "ApiKey": {"type": "http", "scheme": "basic", "description": "The key is the user."},
            "Bearer": {"type": "http", "scheme": "bearer"},
        },
    }


ERROR = {
    "type": "object",
    "description": "Either one `error` for the whole request, or `field-errors` and `errors`.",
    "properties": {
        "error": {"description": "What is wrong; an object where a rate limit was hit."},
        "field-errors": {"type": "object", "description": "What is wrong, by field."},
        "errors": {"type": "array", "items": TEXT, "description": "What is wrong otherwise."},
    },
}
