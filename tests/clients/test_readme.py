"""The first calls of the README, as somebody copies them."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

README = (Path(__file__).parents[2] / "README.md").read_text()
ADDRESS = "http://127.0.0.1:8080"


@pytest.fixture
def block(company, monkeypatch):
    """The block in a language, with the address of the server that is running here."""
    monkeypatch.setenv("AJAR_KEY", company.key)

    def block(language):
        (code,) = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
        assert ADDRESS in code
        return code.replace(ADDRESS, company.url)

    return block


def test_the_first_call_from_python(block, capsys):
    exec(block("python"), {})

    assert capsys.readouterr().out.splitlines()[-1] == "Wayne Enterprises"


@pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl here")
def test_the_first_call_with_curl(block, close):
    done = subprocess.run(
        ["sh", "-c", block("sh")], capture_output=True, text=True, timeout=10, check=True
    )

    assert json.loads(done.stdout) == close.get("lead")["data"][0]
