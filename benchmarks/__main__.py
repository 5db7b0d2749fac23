"""`python -m benchmarks [build|ingest|serve|service|all] [--rounds N] …`: measure, print a table, keep the samples as JSON.

`python -m benchmarks goals RESULT.json RESULT.json`: which goals two runs have met.
"""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import click

from benchmarks import building, generated, ingest, machine, report, rivals, service, serving
from benchmarks.figures import Figures
from benchmarks.processes import Broken

PARTS = ("build", "ingest", "serve", "service")
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("what", type=click.Choice([*PARTS, "all", "goals"]), default="all")
@click.argument("results", nargs=-1, type=FILE)
@click.option("--rounds", type=click.IntRange(min=1), default=5, show_default=True, help="Rounds; figures from fewer than 5 are marked (!).")
@click.option("--data", type=FOLDER, default=machine.ROOT / "data", help="Data folder to copy and build; the checkout's own by default.")
@click.option("--page", default="commitment/MX-4-01", show_default=True, help="KIND/KEY of the page that is asked for again and again.")
@click.option("--scale", "scales", multiple=True, type=click.Choice(list(generated.SCALES)), default=("S", "M"), show_default=True, help="service: generated release.")
@click.option("--row", "rows", multiple=True, type=click.Choice([*service.ROWS, *service.OPTIONAL_ROWS]), default=service.ROWS, show_default=True, help="service: what.")
@click.option("--size", "sizes", multiple=True, type=click.Choice(list(ingest.SIZES)), default=("0.1M", "1M"), show_default=True, help="ingest: size of the export.")
def main(
    what: str, results: tuple[Path, ...], rounds: int, data: Path, page: str, scales: tuple[str, ...], rows: tuple[str, ...], sizes: tuple[str, ...]
) -> None:
    """Measure the product: building a release, reading exports of growing size, serving, serving generated releases, or all; or compare runs.

    Nothing in the data folder is changed. Generated releases are kept in benchmarks/generated-releases/.
    """
    if what == "goals":
        if not results:
            raise click.UsageError("goals: name the result files to compare")
        click.echo(report.goals(results))
        return
    figures, moment = Figures(), dt.datetime.now(dt.UTC)
    facts: dict[str, object] = {"date": moment.isoformat(timespec="seconds"), "machine": machine.description(), "rounds": rounds}
    loads = [machine.load()]
    outcomes: list[str] = []
    parts = PARTS if what == "all" else (what,)
    try:
        if not set(parts) <= {"build", "ingest"}:
            rivals.check_installed()  # before the minutes that building takes
        for part in parts:
            if part == "build":
                facts[part] = building.measure(data, rounds, figures)
            elif part == "ingest":
                facts[part] = ingest.measure(data, sizes, rounds, figures)
            elif part == "serve":
                facts[part] = serving.measure(data, rounds, figures, page)
            else:
                facts[part] = found = {scale: service.measure(scale, rounds, figures, rows) for scale in scales}
                outcomes = [service.outcomes_text(scale, facts_of_scale) for scale, facts_of_scale in found.items()]
            loads.append(machine.load())
    except Broken as broken:
        sys.exit(f"benchmarks: {broken}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"benchmarks: {error}\n{error.stderr or ''}")
    facts["load_averages"] = loads  # before the first part, then after each; the load of the run itself counts in the later
    path = report.write(what, facts, figures, moment)
    click.echo("\n\n".join(filter(None, [report.table(figures), *outcomes])))
    click.echo(f"\nload average before: {loads[0]:.2f}; after each part: {', '.join(f'{load:.2f}' for load in loads[1:])}")
    click.echo(f"samples: {path}")


if __name__ == "__main__":
    main()
