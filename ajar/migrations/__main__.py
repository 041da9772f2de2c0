"""For developers: `python -m ajar.migrations "what changes"` writes a revision that leads from
the last one to what the declarations say now; `--first` writes the only one anew."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.script import Script

from ajar import migrating, resources
from ajar.kernel.sql import metadata
from ajar.migrations import HERE
from ajar.postgres import Server

VERSIONS = HERE / "versions"
USAGE = 'usage: python -m ajar.migrations "what changes" | --first'
IMPORT = "from alembic import op\n"
BEFORE = """\
    op.get_bind().exec_driver_sql(
        QUEUE.read_text(), execution_options={"no_parameters": True}
    )
"""
AFTER = '    op.execute("create table event_default partition of event default")\n'
FINAL = re.compile(r"op\.f\(('[^']*')\)")
DEFAULTS = re.compile(r", unique=False|, nullable=True|astext_type=sa\.Text\(\)|    # ###.*\n")


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(USAGE)
    first = sys.argv[1] == "--first"
    if first:
        for script in VERSIONS.glob("*.py"):
            script.unlink()
    path = write("The first tables." if first else sys.argv[1])
    text = tidied(path.read_text())
    path.write_text(completed(text) if first else text)
    for what in (["format"], ["check", "--fix"]):
        subprocess.run([sys.executable, "-m", "ruff", *what, "--quiet", path], check=True)
    print(path)


def write(message: str) -> Path:
    number = len(list(VERSIONS.glob("*.py"))) + 1
    resources.load()
    with tempfile.TemporaryDirectory() as directory, Server.start(Path(directory)) as server:
        if number > 1:
            migrating.upgrade(server.url)
        with migrating.connected(server.url) as db:
            config = migrating.configuration(db, declared=metadata)
            config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
            script = command.revision(config, message, autogenerate=True, rev_id=f"{number:04}")
    assert isinstance(script, Script)
    return Path(script.path)


def tidied(text: str) -> str:
    """Without what says nothing: names that are final anyway, and defaults."""
    return DEFAULTS.sub("", FINAL.sub(r"\1", text))


def completed(text: str) -> str:
    """The first revision also makes what is not declared."""
    text = text.replace(IMPORT, f"{IMPORT}\nfrom ajar.migrations import QUEUE\n", 1)
    head, start, body = text.partition("def upgrade() -> None:\n")
    return f"{head}{start}{BEFORE}{body.rstrip()}\n{AFTER}"


if __name__ == "__main__":
    main()
