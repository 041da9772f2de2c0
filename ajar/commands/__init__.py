"""The commands, one in each file. Trouble that can be expected is one line, no traceback."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from ajar.config import Settings

Data = Annotated[
    Path | None,
    typer.Option(
        "--data", metavar="DIR", help="The directory for everything Ajar keeps [AJAR_DATA]."
    ),
]


class Trouble(Exception):
    """What a person can mend, and how."""


def settings(**said: Any) -> Settings:
    """What the environment says, and what the options say instead: to child processes as well."""
    for variable, value in said.items():
        if value is not None:
            os.environ[variable] = str(value)
    try:
        return Settings.from_environment()
    except ValueError as error:
        raise Trouble(str(error)) from None
