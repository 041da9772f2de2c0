"""The rules that keep the code small and its parts apart, checked rather than remembered."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from ajar import resources
from ajar.kernel.registry import resources as registry

resources.load()
ROOT = Path(__file__).parents[1] / "ajar"
FILES = sorted(file for file in ROOT.rglob("*.py") if "versions" not in file.parts)
KERNEL = sorted((ROOT / "kernel").glob("*.py"))

# Whoever stands in a line may import from the lines above it, and from its own package.
LAYERS = [
    {"variables"},
    {"clock", "config", "credentials", "database", "errors", "family", "html", "ids"},
    {"formats", "jobs", "logs", "paging", "passwords", "postgres", "providers", "vault"},
    {"kernel"},
    {"letters", "metrics", "worth"},
    {"accounts", "conversations", "describe", "halving", "many", "merging", "private"},
    {"rights", "scopes", "search", "sequencing"},
    {"acting", "followups", "signing", "tags", "undoing"},
    {"importing", "reports"},
    {"resources"},
    {"access", "http", "limits", "meetings", "partitions"},
    {"bulk", "files", "forms"},
    {"docs_page", "exporting", "founding", "maintenance", "migrations", "openapi", "webhooks"},
    {"signing_in"},
    {"oauth"},
    {"bootstrap", "door", "mcp", "migrating", "sealing", "seeding", "worker"},
    {"backup"},
    {"app"},
    {"commands"},
    {"__main__"},
]
KERNEL_NEEDS = {"clock", "errors", "formats", "ids", "jobs", "kernel", "paging"}
NETWORK = {
    "aiohttp",
    "aioimaplib",
    "aiosmtplib",
    "ftplib",
    "http.client",
    "httpx",
    "httpx2",
    "imap_tools",
    "imaplib",
    "redis",
    "requests",
    "smtplib",
    "urllib.request",
    "urllib3",
    "valkey",
}
CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "fromtimestamp", "localtime", "gmtime"}


def name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def every(files: list[Path]):
    return pytest.mark.parametrize("file", files, ids=name)


def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


def imported(file: Path) -> Iterator[str]:
    """The full names that a file imports."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def part(file: Path) -> str:
    """What a file belongs to: a package, or itself. A package's own program is a program."""
    if file.stem == "__main__":
        return "__main__"
    return Path(name(file)).parts[0].removesuffix(".py")


def parts(file: Path) -> set[str]:
    """The parts of Ajar that a file imports from, but its own."""
    ours = (full.split(".")[1] for full in imported(file) if full.startswith("ajar."))
    return set(ours) - {part(file), "__version__"}


def layer(one: str) -> int:
    for number, line in enumerate(LAYERS):
        if one in line:
            return number
    pytest.fail(f"say in LAYERS where {one} belongs")


@every([file for file in FILES if file != ROOT / "__init__.py"])
def test_imports_only_run_downwards(file):
    here = layer(part(file))
    assert [one for one in sorted(parts(file)) if layer(one) >= here] == []


@every(KERNEL)
def test_the_kernel_needs_nothing_but_itself(file):
    assert parts(file) | {"kernel"} <= KERNEL_NEEDS


def test_the_kernel_stays_small():
    assert sum(len(file.read_text().splitlines()) for file in KERNEL) < 1800


@every(FILES)
def test_a_module_stays_short(file):
    assert len(file.read_text().splitlines()) <= 300


@every(FILES)
def test_functions_fit_in_the_eye(file):
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    functions = [node for node in ast.walk(tree(file)) if isinstance(node, kinds)]
    assert [f.name for f in functions if f.end_lineno - f.lineno >= 40] == []


@every([file for file in FILES if file.read_text().strip()])
def test_a_module_says_what_it_is_for(file):
    assert ast.get_docstring(tree(file))


@pytest.mark.parametrize("resource", registry.values(), ids=lambda one: one.about.name)
def test_a_resource_lives_where_its_url_says(resource):
    file = Path(inspect.getfile(resource)).relative_to(ROOT / "resources")
    assert file.as_posix() in (f"{resource.about.path}.py", f"{resource.about.path}/__init__.py")


@pytest.mark.parametrize("resource", registry.values(), ids=lambda one: one.about.name)
def test_a_resource_says_what_it_is(resource):
    assert vars(resource).get("__doc__")


@every([file for file in FILES if name(file) not in ("clock.py", "ids.py")])
def test_only_the_clock_knows_the_time(file):
    calls = [node.func for node in ast.walk(tree(file)) if isinstance(node, ast.Call)]
    asked = [
        ast.unparse(call)
        for call in calls
        if isinstance(call, ast.Attribute)
        and call.attr in CLOCKS
        and ast.unparse(call.value).rpartition(".")[2] in ("datetime", "date", "time")
    ]
    assert asked == []


@every([file for file in FILES if part(file) != "providers"])
def test_only_providers_speak_to_the_outside_world(file):
    names = {full for full in imported(file)}
    tops = {full.partition(".")[0] for full in names} | {full.rpartition(".")[0] for full in names}
    assert (names | tops) & NETWORK == set()


SECRETS = ("ids.py", "bootstrap.py", "credentials.py", "signing.py")


@every([file for file in FILES if name(file) not in SECRETS])
def test_what_nobody_can_guess_comes_from_few_places(file):
    tops = {full.partition(".")[0] for full in imported(file)}
    assert tops & {"uuid", "secrets"} == set()


@every([file for file in FILES if name(file) not in ("http/api.py", "worker.py")])
def test_nobody_catches_everything(file):
    """But to put something right first, and raise it again."""
    handlers = [node for node in ast.walk(tree(file)) if isinstance(node, ast.ExceptHandler)]
    final = [one for one in handlers if not isinstance(one.body[-1], ast.Raise)]
    caught = {ast.unparse(handler.type) if handler.type else "" for handler in final}
    assert not {"", "Exception", "BaseException"} & caught
