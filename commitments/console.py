"""Parts of the command line that know nothing of its verbs: help in two languages, results, errors, exit codes.

Bottom module: imports `commitments.messages` only. Texts are named by convention: `help-{verb}` and
`help-{verb}-example` for a command, `option-{name}` for an option, `option-{verb}-{name}` where a verb says more.
"""

from __future__ import annotations

import json
import shutil
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any

import click

from commitments.messages import LANGUAGES, Messages


class Exit(IntEnum):
    """Exit codes of every verb; stable."""

    DONE = 0
    PROBLEMS = 1  # the data has faults: nothing was published, or the file does not conform
    USAGE = 2  # the command was not understood, a SPARQL query included
    LOCKED = 3  # another build holds the data folder
    ENVIRONMENT = 4  # something outside the data is missing or in the way: folder, release, port, disk
    LIMIT = 5  # a query went past its time or memory
    FAULT = 70  # a fault of this program
    INTERRUPTED = 130


class Failure(Exception):
    """Ends a verb with an exit code; `lines` go to standard error, one per problem."""

    def __init__(self, code: Exit, lines: Iterable[str]):
        self.code = code
        self.lines = list(lines)
        super().__init__("\n".join(self.lines))


@dataclass
class Session:
    """What every verb knows: its texts, the data folder, and how much to say. `interrupted`: gives the line for who interrupts the verb;
    `typed`: files as the command line names them, by how reports do."""

    messages: Messages
    data: Path = Path("data")
    quiet: bool = False
    as_json: bool = False
    interrupted: Callable[[], str] | None = None
    typed: dict[str, str] = field(default_factory=dict)

    def say(self, identifier: str, **arguments: object) -> None:
        """A sentence for a person, to standard output; silent under --quiet and --json."""
        if not self.quiet and not self.as_json:
            click.echo(self.messages(identifier, **arguments))

    def note(self, text: str) -> None:
        """Something accepted but worth saying, to standard error; silent under --quiet."""
        if not self.quiet:
            click.echo(text, err=True)

    def result(self, value: dict[str, Any]) -> None:
        """The outcome as one JSON object, to standard output, under --json only."""
        if self.as_json:
            click.echo(json.dumps(value, ensure_ascii=False, indent=1))

    def failure(self, code: Exit, identifier: str, **arguments: object) -> Failure:
        return Failure(code, [self.messages(identifier, **arguments)])


class Progress:
    """Shows the steps of long work on standard error: a bar on a terminal, one line per step elsewhere.

    Called as `progress(step, done, total)` when a step begins: its name (text `step-{step}`), and how many of all
    steps are done. `within(done, total)`, which any thread may call, says how many bytes of a step's work are done: on a terminal a second
    bar with rate and remaining time, elsewhere nothing. The clocks of both tick every second, whatever else is told.
    """

    TICK = 1.0  # seconds

    def __init__(self, session: Session):
        self._session = session
        self._bar: Any = None
        self._within: Any = None
        self._drawing = threading.Lock()
        self._over = threading.Event()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_raised: object) -> None:
        self._over.set()
        with self._drawing:
            self._end_within()
            if self._bar is not None:
                self._bar.set_description_str("")
                self._bar.close()
                self._bar = None

    def _tick(self) -> None:
        while not self._over.wait(self.TICK):
            with self._drawing:
                for bar in (self._bar, self._within):
                    if bar is not None:
                        bar.refresh()

    def within(self, done: int, total: int) -> None:
        with self._drawing:
            self._draw_within(done, total)

    def _draw_within(self, done: int, total: int) -> None:
        if self._bar is None:
            return
        if self._within is None:
            from tqdm import tqdm

            columns, rows = shutil.get_terminal_size()
            form = "{percentage:3.0f}% |{bar:12}| {n_fmt}/{total_fmt} {rate_fmt} {remaining}"
            look = {"unit": "B", "unit_scale": True, "bar_format": form, "ascii": _narrow(sys.stderr), "ncols": columns, "nrows": rows}
            # The average rate: what remains is then told anew with every tick, however long the work says nothing.
            self._within = tqdm(total=total, file=sys.stderr, leave=False, position=1, smoothing=0, **look)
        self._within.update(done - self._within.n)

    def _end_within(self) -> None:
        if self._within is not None:
            self._within.close()
            self._within = None

    def __call__(self, step: str, done: int, total: int) -> None:
        if self._session.quiet:
            return
        with self._drawing:
            self._draw(step, done, total)

    def _draw(self, step: str, done: int, total: int) -> None:
        self._end_within()
        text = self._session.messages(f"step-{step}")
        if not sys.stderr.isatty():
            click.echo(f"[{done + 1}/{total}] {text}", err=True)
            return
        if self._bar is None:
            from tqdm import tqdm

            columns, rows = shutil.get_terminal_size()  # 80 × 24 where the terminal says nothing or 0 × 0
            form = "{n_fmt}/{total_fmt} |{bar:12}| {elapsed} {desc}"
            self._bar = tqdm(total=total, file=sys.stderr, leave=False, ncols=columns, nrows=rows, bar_format=form, ascii=_narrow(sys.stderr))
            threading.Thread(target=self._tick, daemon=True).start()
        self._bar.update(done - self._bar.n)
        self._bar.set_description_str(text)


class Counter:
    """Shows how far a long step has come where nobody knows how far it is: a count with its rate on a terminal, one line
    elsewhere. Called as `counter(done so far)`; `message` names the text that says what goes on."""

    def __init__(self, session: Session, message: str):
        self._session = session
        self._text = session.messages(message)
        self._bar: Any = None

    def __enter__(self) -> Counter:
        if not self._session.quiet:
            if sys.stderr.isatty():
                from tqdm import tqdm

                form = "{desc} {n_fmt} | {elapsed} {rate_fmt}"
                self._bar = tqdm(desc=self._text, file=sys.stderr, leave=False, bar_format=form)
            else:
                click.echo(self._text, err=True)
        return self

    def __exit__(self, *_raised: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def __call__(self, done: int) -> None:
        if self._bar is not None:
            self._bar.update(done - self._bar.n)


def _narrow(stream: Any) -> bool:
    """Whether block characters cannot be written to the stream."""
    try:
        "█".encode(stream.encoding or "ascii")
    except UnicodeEncodeError:
        return True
    return False


def messages_of(context: click.Context) -> Messages:
    session: Session = context.find_root().obj
    return session.messages


class Option(click.Option):
    """An option whose help is the message `option-{verb}-{name}` or `option-{name}`."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        messages = messages_of(ctx)
        special = f"option-{ctx.info_name}-{self.name}"
        self.help = messages(special if messages.has(special) else f"option-{self.name}")
        return super().get_help_record(ctx)


def _show_help(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        click.echo(context.get_help())
        context.exit()


class Command(click.Command):
    """A command whose help is the message `help-{name}` and, below the options, `help-{name}-example`."""

    def __init__(self, *arguments: Any, **settings: Any):
        super().__init__(*arguments, add_help_option=False, **settings)
        flags = {"is_flag": True, "is_eager": True, "expose_value": False, "callback": _show_help}
        self.params.append(Option(["-h", "--help"], **flags))

    def localised_help(self, messages: Messages) -> str:
        return messages(f"help-{self.name}")

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix=messages_of(ctx)("help-usage") + " ")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(self.localised_help(messages_of(ctx)))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        options = [parameter for parameter in self.get_params(ctx) if isinstance(parameter, Option)]
        records = [record for option in options if (record := option.get_help_record(ctx))]
        with formatter.section(messages_of(ctx)("help-options")):
            formatter.write_dl(records)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        messages = messages_of(ctx)
        for part in ("example", "codes"):
            identifier = f"help-{self.name}-{part}"
            if messages.has(identifier):
                with formatter.section(messages(f"help-{part}")):
                    for line in messages(identifier).splitlines():
                        formatter.write(f"{'':{formatter.current_indent}}{line}\n")


class ReaderGone(Exception):
    """Whoever read our output (head, less) has what it wanted and went away."""


class Group(Command, click.Group):
    """The command that holds the verbs."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # click would end the process with 1
            raise ReaderGone from None

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        messages = messages_of(ctx)
        with formatter.section(messages("help-verbs")):
            formatter.write_dl([(name, messages(f"help-{name}").partition(". ")[0].rstrip(".")) for name in self.list_commands(ctx)])

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)  # in the order of the pipeline


def usage_error(error: click.ClickException, messages: Messages) -> str:
    """What was wrong with the command line, in the user's language where click gives us the parts."""
    if isinstance(error, click.NoSuchOption):
        return messages("usage-no-such-option", option=error.option_name)
    if isinstance(error, click.exceptions.NoSuchCommand):
        return messages("usage-no-such-verb", verb=error.command_name)
    if isinstance(error, click.MissingParameter) and error.param is not None:
        return messages("usage-missing", parameter=error.param.make_metavar(error.ctx) if error.ctx else str(error.param.name))
    if isinstance(error, click.BadParameter) and error.param is not None:
        return messages("usage-bad-value", parameter=error.param.get_error_hint(error.ctx), detail=error.message)
    return error.format_message()


def language_argument(arguments: list[str]) -> str | None:
    """The language that `--lang es` or `--lang=es` asks for anywhere on the line; help needs it before parsing."""
    for position, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name == "--lang":
            wanted = value if equals else next(iter(arguments[position + 1 :]), "")
            return wanted if wanted in LANGUAGES else None
    return None
