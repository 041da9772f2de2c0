"""Writes the tables of docs/api/ from the declarations: `make docs`. What stands around them is
written by hand, and stays."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ajar import describe, openapi, resources
from ajar.kernel import query
from ajar.kernel.operations import Operation, all_operations
from ajar.kernel.registry import resources as registry

PAGES = Path(__file__).parents[1] / "docs" / "api"
# What is told on which page, by how the names of operations begin; the longest beginning wins.
GROUPS = {
    "records": "lead contact opportunity task file comment integration_link unsubscribe "
    "enrich_field",
    "activities": "activity",
    "calls-and-mail": "phone_number blocked_phone_number dialer connected_account send_as",
    "sequences": "email_template sms_template outcome playbook sequence",
    "meetings-and-forms": "activity.meeting activity.form_submission scheduling_link form "
    "shared_scheduling_link",
    "customizing": "custom_ status pipeline",
    "searching": "data saved_search report bulk_action export import",
    "people": "organization user me membership group role api_key oauth_app oauth_grant",
    "events": "event request webhook",
}
OURS = "organization_id"  # every row has the same
MANY = 40
BLOCK = re.compile(r"(<!-- from the declarations -->\n).*?(<!-- end -->)", re.DOTALL)


def page_of(name: str) -> str:
    """Which page tells of an operation."""
    beginnings = {one: page for page, names in GROUPS.items() for one in names.split()}
    fitting = [one for one in beginnings if begins(name, one)]
    if not fitting:
        raise SystemExit(f"no page tells of {name}: say which in scripts/api_docs.py")
    return beginnings[max(fitting, key=len)]


def begins(name: str, beginning: str) -> bool:
    rest = name.removeprefix(beginning)
    return name.startswith(beginning) and (beginning.endswith("_") or rest[:1] in ("", ".", "_"))


def tables() -> dict[str, str]:
    """What each page says of its resources."""
    resources.load()
    kinds: dict[str, list[Operation]] = {}
    for operation in all_operations().values():
        kinds.setdefault(openapi.tag(operation), []).append(operation)
    pages: dict[str, list[str]] = {page: [] for page in GROUPS}
    for name in sorted(kinds):
        pages[page_of(name)].append(section(name, kinds[name]))
    return {page: "\n\n".join(sections) for page, sections in pages.items()}


def section(name: str, operations: list[Operation]) -> str:
    resource = registry.get(name)
    lines = [f"## {name}"]
    if resource:
        lines += ["", openapi.said(resource)]
    lines += ["", "| operation | request |", "|---|---|"]
    order = sorted(operations, key=lambda one: (one.path, one.method, one.name))
    lines += [f"| `{one.name.rpartition('.')[2]}` | {request(one)} |" for one in order]
    return "\n".join([*lines, *fields(resource, operations)])


def request(operation: Operation) -> str:
    status = f", {operation.status}" if operation.status != 200 else ""
    return f"`{operation.method} {operation.path}`{status}"


def fields(resource: Any, operations: list[Operation]) -> list[str]:
    """What is sent, what is only shown, and what lists are filtered by."""
    by_verb = {one.name.rpartition(".")[2]: one for one in operations}
    create, update = (sent(by_verb.get(verb)) for verb in ("create", "update"))
    always = [name for name in create if name in update]
    told = {
        "create and update": [marked(name, create[name]) for name in always],
        "create only": [marked(n, create[n]) for n in create if n not in update],
        "update only": [marked(n, False) for n in update if n not in create],
    }
    if resource and "list" in by_verb:
        told["filters"] = list(filters(resource))
    if resource:
        lazy = [name for name, one in resource.about.derived.items() if one.lazy]
        told["shown when `_fields` names it"] = (
            [marked(name, False) for name in lazy] if len(lazy) < MANY else [f"{len(lazy)} fields"]
        )
    return [part for title, names in told.items() if names for part in ("", said(title, names))]


def filters(resource: Any) -> Iterator[str]:
    """Each with the comparisons that it has."""
    found: dict[str, list[str]] = {}
    for name in sorted(query.filters(resource)):
        base, _, suffix = name.partition("__")
        found.setdefault(base, []).append(suffix)
    for base, suffixes in found.items():
        if base != OURS:
            more = " ".join(f"`__{one}`" for one in suffixes if one)
            also = "" if "" in suffixes else "only "
            yield f"`{base}`" + (f" ({also}{more})" if more else "")


def sent(operation: Operation | None) -> dict[str, bool]:
    """The fields of its body, and whether each is required."""
    body = (operation and describe.body(operation)) or {}
    return {name: name in body.get("required", []) for name in body.get("properties", {})}


def marked(name: str, required: bool) -> str:
    return f"**`{name}`**" if required else f"`{name}`"


def said(title: str, names: list[str]) -> str:
    return f"{title[0].upper()}{title[1:]}: {', '.join(names)}."


def written(text: str, table: str) -> str:
    """A page with its tables."""
    return BLOCK.sub(lambda found: f"{found[1]}\n{table}\n\n{found[2]}", text)


def main() -> None:
    for page, table in tables().items():
        file = PAGES / f"{page}.md"
        file.write_text(written(file.read_text(), table))


if __name__ == "__main__":
    main()
