"""The command line: `folkmoot demo`, `folkmoot run`, `folkmoot check`, `folkmoot draw` and others.

Exit status: 0 all is well; 1 something did not work; 2 the settings, the token or the input are missing or wrong;
3 the quotas of a draw cannot be met together.
"""

from __future__ import annotations

import asyncio
import io
import os
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from bot.clock import Clock
from bot.logs import begin_logging
from bot.service import Broken, Service, connected
from bot.settings import SETTINGS, BadSettings, Settings
from bot.telegram.api import InvalidToken, TelegramError
from storage.backup import KEYS_FILE, BadBackup, back_up
from storage.backup import restore as bring_back
from storage.database import DatabaseProblem, opened

BAD_SETTINGS = 2

SETTINGS_HELP = "Settings, from the environment:\n\n" + "\n\n".join(
    f"{setting.name}: {setting.meaning}" for setting in SETTINGS
)


class _Plain(TyperGroup):
    """Says what is wrong with a command's options in one plain sentence, as everything else that is wrong."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        try:
            status = super().main(args, prog_name, complete_var, False, windows_expand_args, **extra)
        except typer.Abort:
            sys.exit(1)
        except Exception as wrong:
            if not hasattr(wrong, "format_message"):  # what the options' library raises has this, and nothing else does
                raise
            if sentence := wrong.format_message():  # none where help was asked for and has been shown
                _complain(sentence)
            sys.exit(BAD_SETTINGS)
        sys.exit(status or 0)


app = typer.Typer(
    cls=_Plain,
    help="Folkmoot: ongoing dialogue between a public body and its citizens, in Telegram.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # an old console may not have every letter: better a ? than nothing
            stream.reconfigure(errors="replace")
    app()


@app.command(epilog=SETTINGS_HELP)
def run() -> None:
    """Run the bot until it is told to stop (SIGTERM or Ctrl-C)."""
    settings = _settings()
    begin_logging(settings.log_level, settings.token)
    try:
        asyncio.run(_run(settings))
    except InvalidToken:
        raise _refuse("Telegram does not accept FOLKMOOT_TOKEN.", BAD_SETTINGS) from None
    except (DatabaseProblem, Broken) as problem:
        raise _refuse(str(problem), 1) from None
    except OSError as problem:
        raise _refuse(f"Cannot listen on FOLKMOOT_LISTEN: {problem.strerror or problem}.", 1) from None


async def _run(settings: Settings) -> None:
    service = Service(settings)
    service.stop_on_signals()
    await service.run()


@app.command(epilog=SETTINGS_HELP)
def check() -> None:
    """Say whether settings, database and token work."""
    settings = _settings()
    typer.echo("settings: ok")
    results = asyncio.run(_check(settings))
    if not all(results):
        raise typer.Exit(1)


async def _check(settings: Settings) -> list[bool]:
    return [await _check_database(settings), await _check_token(settings)]


async def _check_database(settings: Settings) -> bool:
    try:
        async with opened(settings.database_url, settings.vault) as database, database.reading() as store:
            people = (await store.people.counts()).people
    except DatabaseProblem as problem:
        typer.echo(f"database: {problem}")
        return False
    typer.echo(f"database: ok, {people} people")
    return True


async def _check_token(settings: Settings) -> bool:
    async with connected(settings) as api:
        try:
            me = await api.call("getMe", {})
        except InvalidToken:
            typer.echo("token: Telegram does not accept FOLKMOOT_TOKEN")
            return False
        except TelegramError as problem:
            typer.echo(f"token: Telegram cannot be reached ({type(problem).__name__})")
            return False
    typer.echo(f"token: ok, the bot is @{me['username']}")
    return True


@app.command(epilog=SETTINGS_HELP)
def backup(
    folder: Annotated[Path, typer.Argument(help="Where the backup and folkmoot.keys are written.")],
) -> None:
    """Write a backup of everything, while the bot runs or not, and the keys of people who are still here.

    Keep folkmoot.keys apart from the backups: each backup writes it anew, and without it none can be read.
    """
    settings = _settings()
    try:
        path = asyncio.run(_backup(settings, folder))
    except DatabaseProblem as problem:
        raise _refuse(str(problem), 1) from None
    except OSError as problem:
        raise _refuse(f"Cannot write into {folder}: {problem.strerror or problem}.", 1) from None
    typer.echo(f"{path}\n{path.with_name(KEYS_FILE)}")


async def _backup(settings: Settings, folder: Path) -> Path:
    async with opened(settings.database_url, settings.vault) as database:
        return await back_up(database, folder, Clock().now())


@app.command(epilog=SETTINGS_HELP)
def restore(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    keys: Annotated[Path | None, typer.Option(help="The key file, if it is not beside the backup.")] = None,
) -> None:
    """Fill an empty database from a backup; people erased since it was made stay erased."""
    settings = _settings()
    try:
        people = asyncio.run(_restore(settings, file, keys or file.with_name(KEYS_FILE)))
    except (DatabaseProblem, BadBackup) as problem:
        raise _refuse(str(problem), 1) from None
    except OSError as problem:
        raise _refuse(f"Cannot read {problem.filename}: {problem.strerror or problem}.", 1) from None
    typer.echo(f"{people} people are back.")


async def _restore(settings: Settings, file: Path, keys: Path) -> int:
    async with opened(settings.database_url, settings.vault) as database:
        return await bring_back(database, file, keys)


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Where the page is served; 0 takes any free port.")] = 8642,
) -> None:
    """Live through a whole cycle in a browser, as three citizens and a member of staff of a made-up town."""
    from bot.demo import run_demo

    begin_logging("WARNING", "")
    try:
        asyncio.run(run_demo(port, Clock(), typer.echo))
    except OSError as problem:
        raise _refuse(
            f"Cannot use port {port}: {problem.strerror or problem}. Try: folkmoot demo --port 0", 1
        ) from None


@app.command()
def draw(
    quotas: Annotated[Path, typer.Option(help="CSV: category,feature,min,max; for the whole panel.")],
    pool: Annotated[Path, typer.Option(help="CSV: a row a person, a column a category; id and address if there are.")],
    size: Annotated[int, typer.Option(help="Seats on the whole panel.")],
    seed: Annotated[str | None, typer.Option(help="Any text: picks one panel. Made up if not given.")] = None,
    serving: Annotated[Path | None, typer.Option(help="CSV: who sits on the panel now (id, categories).")] = None,
    leaving: Annotated[Path | None, typer.Option(help="CSV: who leaves now, or still rests (id): not drawn.")] = None,
    past: Annotated[Path | None, typer.Option(help="CSV: earlier chances (id,chance), as in history.csv.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the record, the input and history.csv.")] = None,
    algorithm: Annotated[str, typer.Option(help="leximin, maximin or random.")] = "leximin",
    households: Annotated[bool, typer.Option(help="Whether people with the same address sit at most once.")] = True,
    cap: Annotated[float | None, typer.Option(help="Nobody's chance is above it, where the quotas permit.")] = None,
    longest: Annotated[int | None, typer.Option(help="Who has served so many terms (serving: terms) leaves.")] = None,
    alternates: Annotated[int, typer.Option(help="So many people stand by, best first.")] = 0,
    dropout: Annotated[float, typer.Option(help="How likely people drop out, without a column dropout.")] = 0.1,
    cohorts: Annotated[int, typer.Option(help="Parts a new panel into cohorts that can leave one by one.")] = 0,
    seconds: Annotated[float, typer.Option(help="After so long the fairest lottery so far is used.")] = 300.0,
) -> None:
    """Draw a panel by a lottery that is as fair as the quotas permit, and print its record as JSON.

    Without an id column people are called by their row in the file; the heading is row 1.
    """
    from bot.draw_files import Files
    from bot.drawing import Order, run_draw

    files = Files(quotas, pool, serving, leaving, past)
    order = Order(
        size,
        secrets.token_hex(16) if seed is None else seed,
        algorithm,
        households,
        seconds,
        longest=longest,
        cap=cap,
        alternates=alternates,
        dropout=dropout,
        cohorts=cohorts,
    )
    raise typer.Exit(run_draw(files, order, out, typer.echo, _complain))


@app.command("verify-draw")
def verify_draw(path: Annotated[Path, typer.Argument(help="A draw's record, or the folder it was kept in.")]) -> None:
    """Check a draw's record and repeat the draw from it; exit status 1 if anything differs."""
    from bot.drawing import run_verify

    raise typer.Exit(run_verify(path, typer.echo, _complain))


@app.command("check-form")
def check_form(
    file: Annotated[Path, typer.Argument(help="An XLSForm (.xlsx, .xls, .csv) or a plain text.")],
    leave_out: Annotated[bool, typer.Option(help="Leave out what a chat cannot do, instead of refusing.")] = False,
) -> None:
    """Say what is wrong with a survey's form, or show it as citizens will meet it; exit status 1 if anything is."""
    from bot.forms import run_check_form

    raise typer.Exit(run_check_form(file, typer.echo, _complain, leave_out=leave_out))


def _complain(sentence: str) -> None:
    typer.echo(sentence, err=True)


def _settings() -> Settings:
    try:
        return Settings.from_environment(os.environ)
    except BadSettings as bad:
        raise _refuse(str(bad), BAD_SETTINGS) from None


def _refuse(sentence: str, status: int) -> typer.Exit:
    typer.echo(sentence, err=True)
    return typer.Exit(status)


if __name__ == "__main__":
    main()
