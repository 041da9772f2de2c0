"""The command `ajar`."""

import sys

import typer

from ajar import __version__
from ajar.backup import NotPossible
from ajar.bootstrap import Refused
from ajar.commands import (
    Trouble,
    apikey,
    backup,
    doctor,
    import_,
    init,
    migrate,
    password,
    seed,
    serve,
    undo,
    worker,
)
from ajar.database import UNREACHED
from ajar.migrating import Incomplete, NewerDatabase, Unfit
from ajar.postgres import ServerError

EXPECTED = (
    Trouble,
    Refused,
    NotPossible,
    NewerDatabase,
    Incomplete,
    Unfit,
    ServerError,
    *UNREACHED,
)
program = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="An open-source CRM server that speaks the Close API.",
)
program.command()(serve.serve)
program.command()(worker.worker)
program.command()(migrate.migrate)
program.command()(init.init)
program.command()(seed.seed)
program.command("backup")(backup.write)
program.command()(backup.restore)
program.command()(backup.upgrade)
program.add_typer(apikey.program, name="apikey")
program.add_typer(import_.program, name="import")
program.command()(password.password)
program.command()(undo.undo)
program.command()(doctor.doctor)


def version(wanted: bool) -> None:
    if wanted:
        print(f"ajar {__version__}")
        raise typer.Exit


@program.callback()
def options(
    version: bool = typer.Option(
        False, "--version", callback=version, is_eager=True, help="Say which version this is."
    ),
) -> None:
    pass


def main() -> None:
    try:
        program()
    except EXPECTED as error:
        sys.exit(f"ajar: {str(error).splitlines()[0]}")


if __name__ == "__main__":
    main()
