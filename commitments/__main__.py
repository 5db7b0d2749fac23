"""The `commitments` command: its verbs, and how it ends. One of the few modules that may import everything of ours."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from pathlib import Path

import click

from commitments import __version__
from commitments.console import Exit, Group, Option, ReaderGone, Session, language_argument, usage_error
from commitments.explaining import explained
from commitments.messages import Messages, language_of
from commitments.plain import plain
from commitments.verbs.build import build
from commitments.verbs.diff import diff
from commitments.verbs.init import init
from commitments.verbs.options import shared
from commitments.verbs.push import push
from commitments.verbs.query import query
from commitments.verbs.serve import serve
from commitments.verbs.validate import validate

# In the order of `--help`.
VERBS = (build, validate, serve, query, diff, push, init)


@click.group("commitments", cls=Group)
@shared("data", "lang")
@click.version_option(__version__, "--version", prog_name="commitments", message="%(prog)s %(version)s", cls=Option)
def cli() -> None:
    """The options that may stand before the verb; they are read by their callbacks."""


for verb in VERBS:
    cli.add_command(verb)


def main(arguments: list[str] | None = None) -> None:
    """Entry point of the `commitments` command; ends the process with one of the codes of `Exit`."""
    given = sys.argv[1:] if arguments is None else arguments
    wanted = language_argument(given)
    if wanted:
        os.environ["COMMITMENTS_LANG"] = wanted  # for what is said below this module
    session = Session(Messages(language_of()))
    session.data = Path(os.environ.get("COMMITMENTS_DATA") or session.data)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a terminal that is not UTF-8
    sys.exit(_run(given, session))


def _run(arguments: list[str], session: Session) -> Exit:
    """One command line; what went wrong is said on standard error."""
    try:
        cli.main(arguments, prog_name="commitments", standalone_mode=False, obj=session)
        sys.stdout.flush()
        return Exit.DONE
    except click.exceptions.NoArgsIsHelpError as request:
        click.echo(request.ctx.get_help() if request.ctx else "")
        return Exit.USAGE
    except click.UsageError as error:
        click.echo(f"commitments: {usage_error(error, session.messages)}", err=True)
        click.echo(session.messages("usage-hint"), err=True)
        return Exit.USAGE
    except (click.Abort, KeyboardInterrupt):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # once is enough: what follows is short
        if session.interrupted is not None:
            click.echo(session.interrupted(), err=True)
        return Exit.INTERRUPTED
    except ReaderGone:
        # What is still buffered must not be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE
    except Exception as error:
        failure = explained(error, session)
        if failure is None:
            traceback.print_exc()
            click.echo(session.messages("program-fault"), err=True)
            return Exit.FAULT
        for line in failure.lines:
            click.echo(plain(line, keep="\n"), err=True)
        return failure.code


if __name__ == "__main__":
    main()
