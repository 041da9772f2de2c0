"""Every rule of the contract's prose has tests: which, is told in `tests/rules/`, a file for each
of the contract's. A rule is a paragraph or an item of a list there, known by a digest of its words.

An entry says the rule in our words and names its tests (`resources/test_lead.py::test_...`), which
together break if any fact of it does; or why there is nothing to test, as in what was only guessed.
"""

import ast
import functools
import hashlib
import re
import tomllib
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CONTRACT = HERE.parents[1] / "shared" / "reference" / "behaviour"
BESIDE = pytest.mark.skipif(not CONTRACT.exists(), reason="the contract does not lie beside")
NO_RULE = re.compile(r"[|<]|Read-only|Fields?:|[\w ]{1,40}:?$")  # tables, their names


def rules(text):
    """The rules of a file of the contract, by their digests."""
    text = re.sub(r"(?m)^#.*$", "\n", text)  # headings
    parts = re.split(r"\n(?=- |\d+\. )|\n\s*\n|(?<=-->)\n|\n(?=<!--)|(?<=\n)(?=\|)", text)
    said = (" ".join(part.split()) for part in parts)
    found = [part for part in said if part and not NO_RULE.match(part)]
    return {hashlib.sha256(part.encode()).hexdigest()[:8]: part for part in found}


def told(name):
    return tomllib.loads((HERE / "rules" / f"{name}.toml").read_text())


NAMES = sorted(path.stem for path in (HERE / "rules").glob("*.toml"))


@BESIDE
def test_every_file_of_the_contract_is_told_of():
    assert sorted(path.stem for path in CONTRACT.glob("*.md")) == NAMES


@BESIDE
@pytest.mark.parametrize("name", NAMES)
def test_every_rule_is_told_of(name):
    of_contract = rules((CONTRACT / f"{name}.md").read_text())
    ours = told(name)

    assert {digest: of_contract[digest] for digest in of_contract.keys() - ours.keys()} == {}
    assert {digest: ours[digest] for digest in ours.keys() - of_contract.keys()} == {}


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_has_tests_or_says_why_not(name):
    for entry in told(name).values():
        assert entry.keys() in ({"rule", "tests"}, {"rule", "untested"})
        assert entry.get("tests") or entry.get("untested"), entry["rule"]
        assert [test for test in entry.get("tests", []) if not exists(test)] == [], entry["rule"]


def exists(test):
    path, _, function = test.partition("::")
    return (HERE / path).exists() and function in functions(HERE / path)


@functools.cache
def functions(file):
    return {
        one.name for one in ast.parse(file.read_text()).body if isinstance(one, ast.FunctionDef)
    }
