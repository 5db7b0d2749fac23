"""The `commitments` command as a user or a script meets it: help, exit codes, streams, JSON."""

from __future__ import annotations

import csv
import fcntl
import json
import os
import pty
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from commitments.__main__ import cli, main
from commitments.console import Exit
from ingest import publication
from ingest.publication import Draft
from ingest.starter import write_starter
from tests.conftest import ROOT

VERBS = sorted(cli.commands)
PLANS = "SELECT ?number WHERE { ?plan a <https://w3id.org/ogcm/def#ActionPlan> ; <https://w3id.org/ogcm/def#number> ?number }"


def settings(**environment: str) -> dict[str, str]:
    """The environment of a command without what another test, or who runs the tests, has set in ours: `main` remembers the language there."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COMMITMENTS_", "LC_", "LANG", "COLUMNS", "LINES", "TQDM_"))}
    return {**kept, "PYTHONPATH": str(ROOT), **environment}


def run(*arguments: str, cwd: Path = ROOT, text: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, with no settings but these."""
    return subprocess.run(
        [sys.executable, "-m", "commitments", *arguments], cwd=cwd, env=settings(**environment), input=text,
        capture_output=True, text=True, encoding="utf-8", timeout=300, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A starter data folder with its release; read it, never change it."""
    folder = tmp_path_factory.mktemp("command") / "data"
    write_starter(folder)
    done = run("--data", str(folder), "build")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def mine(built: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    return Path(shutil.copytree(built, tmp_path / "data", symlinks=True))


# -- help ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(("language", "words"), [("en", ("Usage:", "Example", "Exit codes")), ("es", ("Uso:", "Ejemplo", "Códigos de salida"))])
def test_every_verb_explains_itself_with_an_example(verb: str, language: str, words: tuple[str, ...]) -> None:
    done = run(verb, "--help", "--lang", language)
    assert done.returncode == 0 and not done.stderr
    assert all(word in done.stdout for word in words)
    assert f"    commitments {verb}" in done.stdout.replace("  commitments", "    commitments")
    assert "\x1b" not in done.stdout


def test_the_help_lists_all_verbs_in_the_language_of_the_locale() -> None:
    spanish, english = run("--help", LANG="es_MX.UTF-8").stdout, run("--help", LANG="en_US.UTF-8").stdout
    for verb in VERBS:
        assert f"\n  {verb} " in spanish and f"\n  {verb} " in english
    assert "Verbos:" in spanish and "Verbs:" in english


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["build", "--help"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys\nfrom commitments.__main__ import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit as end:\n    heavy = {'rdflib', 'pyoxigraph', 'pyshacl', 'fastapi'} & set(sys.modules)\n"
        "    sys.exit(f'loaded {heavy}' if heavy else end.code)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# -- the command line ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "english", "spanish"),
    [
        (["biuld"], "no verb biuld", "no existe el verbo biuld"),
        (["build", "--bas", "x"], "no option --bas", "no existe la opción --bas"),
        (["diff", "a"], "missing: NEW", "falta: NEW"),
        (["query"], "either as text or with --file", "como texto o con --file"),
        (["serve", "--port", "70000"], "--port", "--port"),
    ],
)
def test_a_command_that_is_not_understood_ends_with_2(arguments: list[str], english: str, spanish: str) -> None:
    for language, words in (("en", english), ("es", spanish)):
        done = run(*arguments, "--lang", language)
        assert done.returncode == 2, done.stderr
        assert words in done.stderr and not done.stdout
        assert "Traceback" not in done.stderr


def test_the_data_folder_is_the_option_then_the_variable_then_data(built: Path, tmp_path: Path) -> None:
    for place in (["--data", str(built), "build"], ["build", "--data", str(built)]):
        assert run(*place, cwd=tmp_path, COMMITMENTS_DATA="nowhere").returncode == 0
    assert run("build", cwd=tmp_path, COMMITMENTS_DATA=str(built)).returncode == 0
    assert run("build", cwd=built.parent).returncode == 0
    done = run("build", cwd=tmp_path, LANG="es_MX.UTF-8")
    assert done.returncode == 4
    assert done.stderr.startswith("data: no existe esa carpeta de datos")


# -- build and validate -------------------------------------------------------------------------------------------


def test_a_build_says_its_steps_and_its_account(mine: Path) -> None:
    done = run("--data", str(mine), "build", "--force", "--base", "https://data.example.org/")
    assert done.returncode == 0, done.stderr
    steps = [line for line in done.stderr.splitlines() if line.startswith("[")]
    assert len(steps) >= 3
    assert "https://data.example.org/" in done.stdout.splitlines()[-1]
    assert "was http://localhost:8000/" in done.stdout.splitlines()[0]
    account = next(line for line in done.stdout.splitlines() if line.startswith("Tables: "))
    cells, *fates = [int(word) for word in account.partition("cells: ")[2].replace("=", " ").split() if word.isdigit()]
    assert cells == sum(fates) > 0


@pytest.mark.parametrize("base", ["https://data.example.org", "ftp://data.example.org/", "data.example.org/", "https://data.example.org/?x=/", "https://a b/"])
def test_a_base_that_is_none_is_refused_before_anything_is_built(built: Path, base: str) -> None:
    done = run("--data", str(built), "build", "--base", base)
    assert done.returncode == 2 and not done.stdout
    assert done.stderr.startswith(f'BASE: found "{base}"') and len(done.stderr.splitlines()) == 1


def test_a_quiet_build_says_nothing_and_json_is_one_object(mine: Path) -> None:
    done = run("--data", str(mine), "build", "--force", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    outcome = json.loads(run("--data", str(mine), "build", "--json", "--quiet").stdout)
    assert outcome["new"] is False and Path(outcome["path"]).name == outcome["release"]


def test_going_back_to_what_was_published_before_is_said(mine: Path) -> None:
    table = mine / "sources" / "zz_example_plan" / "commitments.csv"
    before = table.read_text(encoding="utf-8")
    table.write_text(before.replace("Open", "Opened", 1), encoding="utf-8")
    outcome = json.loads(run("--data", str(mine), "build", "--json", "--quiet").stdout)
    assert (outcome["new"], outcome["switched"]) == (True, False)
    table.write_text(before, encoding="utf-8")
    for words in ("is the current one again", "nothing changed"):
        done = run("--data", str(mine), "build", "--lang", "en")
        assert done.returncode == 0 and words in done.stdout.splitlines()[-1]


def test_old_releases_go_when_nothing_else_is_to_do(mine: Path) -> None:
    table = mine / "sources" / "zz_example_plan" / "commitments.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("Open", "Opened", 1), encoding="utf-8")
    outcome = json.loads(run("--data", str(mine), "build", "--json", "--quiet").stdout)
    assert len(list((mine / "releases").glob("*/manifest.json"))) > 2  # `current` among them
    again = json.loads(run("--data", str(mine), "build", "--keep", "1", "--json", "--quiet").stdout)
    assert (again["new"], again["release"]) == (False, outcome["release"])
    assert {path.parent.name for path in (mine / "releases").glob("*/manifest.json")} == {"current", outcome["release"]}


def test_faults_in_the_data_are_one_line_each_in_the_users_language(mine: Path) -> None:
    table = mine / "sources" / "zz_example_plan" / "commitments.csv"
    text = table.read_text(encoding="utf-8").replace("co-created", "co-invented").replace("ZZ-1,2,2", "ZZ-1,2,dos")
    table.write_text(text, encoding="utf-8")
    before = sorted(path.name for path in (mine / "releases").iterdir())
    for language, found in (("en", "found"), ("es", "se encontró")):
        done = run("--data", str(mine), "build", "--lang", language)
        assert done.returncode == 1
        lines = [line for line in done.stderr.splitlines() if line.startswith("sources/")]
        assert [line.split(":")[:3] for line in lines] == [
            ["sources/zz_example_plan/commitments.csv", "2", "origin"], ["sources/zz_example_plan/commitments.csv", "3", "position"],
        ]  # fmt: skip
        assert all(found in line for line in lines)
        assert not done.stdout
    found = json.loads(run("--data", str(mine), "build", "--json").stdout)["problems"]
    assert [(problem["row"], problem["column"], problem["code"]) for problem in found] == [(2, "origin", "code"), (3, "position", "integer")]
    assert sorted(path.name for path in (mine / "releases").iterdir()) == before


def test_validate_reads_tables_without_publishing(mine: Path) -> None:
    source = mine / "sources" / "zz_example_plan"
    releases = sorted((mine / "releases").iterdir())
    assert run("--data", str(mine), "validate", str(source)).returncode == 0
    assert run("validate", str(mine)).returncode == 0
    (source / "plans.csv").write_text("key\nZZ-1\n", encoding="utf-8")
    done = run("--data", str(mine), "validate", str(source))
    assert done.returncode == 1 and "plans.csv" in done.stderr
    assert sorted((mine / "releases").iterdir()) == releases


def test_validate_reports_on_a_strangers_graph(tmp_path: Path) -> None:
    graph = tmp_path / "strange.ttl"
    graph.write_text(
        '@prefix ogcm: <https://w3id.org/ogcm/def#> .\n<https://example.org/id/commitment/X-1-01> a ogcm:Commitment ; ogcm:number 1, 2 .\n', encoding="utf-8"
    )
    done = run("validate", str(graph), "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert report["counts"]["Violation"] > 0
    turtle = run("validate", str(graph), "--format", "turtle")
    assert turtle.returncode == 1 and "sh:ValidationReport" in turtle.stdout
    assert "Violación" in run("validate", str(graph), "--lang", "es").stdout


def test_validate_names_the_place_of_a_syntax_error(tmp_path: Path) -> None:
    graph = tmp_path / "broken.ttl"
    graph.write_text("<a:b> <a:c>\n  ] .\n", encoding="utf-8")
    done = run("validate", str(graph))
    assert done.returncode == 1
    assert done.stderr.startswith(f"{graph}:2:")


def test_a_second_build_is_refused_naming_the_first(mine: Path) -> None:
    lock = mine / "releases" / ".lock"
    with lock.open("a+b") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        held.truncate(0)
        held.write(json.dumps({"pid": "4711", "host": "here", "start": "2026-01-01T00:00:00Z", "command": "commitments build"}).encode())
        held.flush()
        done = run("--data", str(mine), "build", "--force", "--lang", "es")
    assert done.returncode == 3
    assert "4711" in done.stderr and len(done.stderr.splitlines()) == 1


def test_a_folder_that_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    done = run("init", str(blocked / "data"))
    assert done.returncode == 4
    assert len(done.stderr.splitlines()) == 1 and "Traceback" not in done.stderr


def test_a_setting_that_is_not_valid_is_named_with_its_value(built: Path) -> None:
    done = run("--data", str(built), "serve", COMMITMENTS_PORT="eighty", COMMITMENTS_LANG="es")
    assert done.returncode == 2
    assert done.stderr.startswith('COMMITMENTS_PORT: se encontró "eighty"') and len(done.stderr.splitlines()) == 1


def test_a_taken_port_is_reported_with_who_holds_it(built: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        done = run("--data", str(built), "serve", "--port", str(port), "--lang", "es")
    assert done.returncode == 4, done.stderr
    assert str(port) in done.stderr and str(os.getpid()) in done.stderr
    assert "ocupado" in done.stderr and "Traceback" not in done.stderr


# -- query and diff -----------------------------------------------------------------------------------------------


def test_query_reads_text_file_and_standard_input(built: Path, tmp_path: Path) -> None:
    file = tmp_path / "plans.rq"
    file.write_text(PLANS, encoding="utf-8")
    answers = [
        run("--data", str(built), "query", PLANS),
        run("--data", str(built), "query", "--file", str(file)),
        run("--data", str(built), "query", "--file", "-", text=PLANS),
    ]
    for answer in answers:
        assert answer.returncode == 0, answer.stderr
        assert list(csv.reader(answer.stdout.splitlines())) == [["number"], ["1"]]
    found = json.loads(run("--data", str(built), "query", "--json", PLANS).stdout)
    assert found["results"]["bindings"][0]["number"]["value"] == "1"
    turtle = run("--data", str(built), "query", "CONSTRUCT WHERE { ?plan a <https://w3id.org/ogcm/def#ActionPlan> }")
    assert turtle.returncode == 0 and "id/plan/ZZ-1" in turtle.stdout


def test_query_points_at_a_syntax_error(built: Path) -> None:
    done = run("--data", str(built), "query", "SELECT * WHERE {\n  ?s ?p ] .\n}")
    assert done.returncode == 2
    assert ":2:9" in done.stderr or "2:9" in done.stderr
    assert not done.stdout and "Traceback" not in done.stderr


def test_a_query_that_is_not_text_is_refused(built: Path, tmp_path: Path) -> None:
    file = tmp_path / "latin.rq"
    file.write_bytes("SELECT ('año' AS ?x) {}".encode("latin-1"))
    done = run("--data", str(built), "query", "--file", str(file))
    assert done.returncode == 2 and "byte 10" in done.stderr and "Traceback" not in done.stderr


def test_query_refuses_updates_and_unknown_formats(built: Path) -> None:
    for arguments in (["DROP ALL"], ["--format", "docx", PLANS]):
        done = run("--data", str(built), "query", *arguments)
        assert done.returncode == 2, done.stderr
        assert "Traceback" not in done.stderr


def test_query_without_a_release_says_what_to_do(tmp_path: Path) -> None:
    write_starter(tmp_path / "data")
    done = run("query", PLANS, cwd=tmp_path)
    assert done.returncode == 4 and "commitments build" in done.stderr
    done = run("query", "--release", "2020-01-01-00000000", PLANS, cwd=tmp_path)
    assert done.returncode == 4 and "2020-01-01-00000000" in done.stderr


def test_a_reader_that_goes_away_is_no_error(built: Path) -> None:
    query = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f } LIMIT 20000"
    line = f"{sys.executable} -m commitments --data '{built}' query '{query}' | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", line], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1 and not done.stderr


def test_diff_says_what_happened_to_each_resource(mine: Path) -> None:
    table = mine / "sources" / "zz_example_plan" / "commitments.csv"
    old = json.loads(run("--data", str(mine), "build", "--json").stdout)["release"]
    text = table.read_text(encoding="utf-8").replace("Open the example council", "Open the example parliament")
    table.write_text(text + 'ZZ-1,3,3,Publish the example contracts,,proactive,"Commitments, row 3"\n', encoding="utf-8")
    new = json.loads(run("--data", str(mine), "build", "--json").stdout)["release"]
    base = "http://localhost:8000/id/"
    found = json.loads(run("--data", str(mine), "diff", old, new, "--json").stdout)
    assert found["added"] == [f"{base}commitment/ZZ-1-03", f"{base}passage/zz-example-plan_commitments_3"]
    assert found["removed"] == []
    assert found["changed"][f"{base}commitment/ZZ-1-02"] == {"added": 2, "removed": 2}
    assert f"{base}commitment/ZZ-1-01" not in found["changed"]
    backwards = json.loads(run("--data", str(mine), "diff", new, old, "--json").stdout)
    assert backwards["removed"] == found["added"] and backwards["added"] == []
    said = run("--data", str(mine), "diff", old, new, "--lang", "es").stdout.splitlines()
    assert f"~ {base}commitment/ZZ-1-02 +2 -2" in said and said[-1].startswith("2 recursos añadidos")


def test_diff_tells_apart_what_is_only_stated_elsewhere(mine: Path) -> None:
    """A second source that says the same of everything, as another edition does."""
    table = mine / "sources" / "zz_example_plan" / "commitments.csv"
    old = json.loads(run("--data", str(mine), "build", "--json").stdout)["release"]
    text = table.read_text(encoding="utf-8").splitlines()
    copy = mine / "sources" / "zz_second_plan"
    shutil.copytree(mine / "sources" / "zz_example_plan", copy)
    contract = copy / "contract.yml"
    contract.write_text(contract.read_text(encoding="utf-8").replace("key: zz-example-plan", "key: zz-second-plan"), encoding="utf-8")
    new = json.loads(run("--data", str(mine), "build", "--json").stdout)["release"]
    found = json.loads(run("--data", str(mine), "diff", old, new, "--json").stdout)
    base = "http://localhost:8000/id/"
    assert {f"{base}commitment/ZZ-1-0{number}" for number in range(1, len(text))} <= set(found["restated"]) and not found["removed"]
    said = run("--data", str(mine), "diff", old, new, "--lang", "en").stdout.splitlines()
    assert not [line for line in said if "commitment/ZZ-1-01 " in line] and f"{len(found['restated'])} say the same" in said[-1]


def test_diff_looks_through_a_change_of_base(mine: Path) -> None:
    old = json.loads(run("--data", str(mine), "build", "--json").stdout)["release"]
    new = json.loads(run("--data", str(mine), "build", "--json", "--base", "https://zz.example.org/og/").stdout)["release"]
    assert old != new
    found = json.loads(run("--data", str(mine), "diff", old, new, "--json").stdout)
    assert found == {"added": [], "removed": [], "changed": {}, "restated": {}}


# -- what is wrong only when everything is written ------------------------------------------------------------------


def test_an_event_that_a_published_release_lacks_is_a_fault_of_the_registry_that_can_be_mended(mine: Path) -> None:
    """A build that was killed between its last steps, and a registry that somebody edited before the next."""
    release = (mine / "releases" / "current").readlink()
    (mine / "releases" / ".intent.json").write_text(json.dumps({"release": str(release)}), encoding="utf-8")
    registry = mine / "identifiers" / "plan.csv"
    whole = registry.read_text(encoding="utf-8")
    registry.write_text(whole + "1,mint,plan,ZZ-9,,2026-01-31,someone,,\n", encoding="utf-8")
    for verb, language, words in (("serve", "en", "holds 1 event(s) that release"), ("build", "es", "contiene 1 evento(s) que la versión")):
        done = run("--data", str(mine), verb, "--lang", language)
        assert (done.returncode, done.stdout) == (1, "")
        (line,) = done.stderr.splitlines()
        assert line.startswith(f"{registry}: {words} {release} ") and "1,mint,plan,ZZ-9,,2026-01-31,someone,," in line
    registry.write_text(whole, encoding="utf-8")
    assert run("--data", str(mine), "build").returncode == 0
    assert not (mine / "releases" / ".intent.json").exists()


def test_what_a_killed_build_left_undone_does_not_keep_a_service_that_may_not_write_from_starting(mine: Path) -> None:
    release = (mine / "releases" / "current").readlink()
    (mine / "releases" / ".intent.json").write_text(json.dumps({"release": str(release)}), encoding="utf-8")
    shutil.rmtree(mine / "identifiers")
    (mine / "identifiers").touch()  # nobody can write below it, not even root
    with socket.create_server(("127.0.0.1", 0)) as holder:
        done = run("--data", str(mine), "serve", "--port", str(holder.getsockname()[1]), "--lang", "es")
    note, *_, taken = done.stderr.splitlines()
    assert note.startswith("No se puede completar aquí") and "identifiers" in note
    assert done.returncode == 4 and "ocupado" in taken  # it came as far as listening


def _edited_meanwhile(data: Path, draft: Draft) -> None:
    with (data / "identifiers" / "plan.csv").open("a", encoding="utf-8") as registry:
        registry.write("1,mint,plan,ZZ-9,,2026-01-31,someone,,\n")


def _two_positions(data: Path, draft: Draft) -> None:
    lines = draft.graphs[""].read_text(encoding="utf-8").splitlines(keepends=True)
    position = next(line for line in lines if "commitment/ZZ-1-01>" in line and "def#position>" in line)
    draft.graphs[""].write_text("".join(sorted([*lines, position.replace('"1"', '"7"')])), encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "es", "en"),
    [
        (_edited_meanwhile, "plan.csv: contiene 1 evento(s) que esta construcción no conoce", "plan.csv: holds 1 event(s) that this build does not know"),
        (_two_positions, "commitment/ZZ-1-01: se encontraron 2 valores de position (1, 7)", "commitment/ZZ-1-01: found 2 values of position (1, 7)"),
    ],
)
def test_a_fault_found_while_publishing_is_explained(
    mine: Path, spoil: Callable[[Path, Draft], None], es: str, en: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def publish(draft: Draft, data: Path, **options: Any) -> Any:
        spoil(data, draft)
        return publication.publish(draft, data, **options)

    monkeypatch.setattr("ingest.pipeline.publish", publish)
    monkeypatch.setenv("COMMITMENTS_LANG", "en")  # so that what `main` sets is undone
    before = (mine / "releases" / "current").readlink()
    for language, words in (("es", es), ("en", en)):
        registry = (mine / "identifiers" / "plan.csv").read_bytes()
        with pytest.raises(SystemExit) as ended:
            main(["--data", str(mine), "build", "--force", "--lang", language])
        (mine / "identifiers" / "plan.csv").write_bytes(registry)
        assert ended.value.code == Exit.PROBLEMS
        assert words in capsys.readouterr().err.splitlines()[-1]
    assert (mine / "releases" / "current").readlink() == before


# -- names of files -----------------------------------------------------------------------------------------------


def test_faults_of_an_input_name_it_as_it_was_typed(mine: Path, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("no,layout\nhas,these\n", encoding="utf-8")
    for typed in ("x.csv", f"..{os.sep}{tmp_path.name}{os.sep}x.csv", str(tmp_path / "x.csv")):
        failed = run("--data", str(mine), "build", "--input", f"ed-2020-01-01={typed}", cwd=tmp_path)
        assert failed.returncode == 1
        assert f"\n{typed}: found" in failed.stderr and "input/" not in failed.stderr
    failed = run("--data", str(mine), "build", "--json", "--input", "ed-2020-01-01=x.csv", cwd=tmp_path)
    assert {(problem["file"], problem["input"]) for problem in json.loads(failed.stdout)["problems"]} == {("input/ed-2020-01-01/x.csv", "x.csv")}
    assert run("--data", str(mine), "validate", "x.csv", cwd=tmp_path).stderr.startswith("x.csv: found")


def test_of_two_inputs_with_one_name_neither_is_taken_for_the_other(mine: Path, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.csv").write_text("no,layout\nhas,these\n", encoding="utf-8")
    failed = run("--data", str(mine), "build", "--input", "one/x.csv", "--input", "two/x.csv", cwd=tmp_path)
    assert failed.returncode == 1 and "input/x.csv: found" in failed.stderr and "one/" not in failed.stderr


def test_the_name_of_a_file_stays_on_its_line_and_does_nothing_to_the_terminal(mine: Path, tmp_path: Path) -> None:
    name = "bad\nline\a\x1b[31m\u202e.csv"
    (tmp_path / name).write_text("no,layout\nhas,these\n", encoding="utf-8")
    shown = r"bad\nline\x07\x1b[31m\u202e.csv"
    for arguments in (["build", "--input", f"ed-2020-01-01={name}"], ["validate", name], ["build", "--input", f"ed={name}x"], ["validate", f"{name}x"]):
        failed = run("--data", str(mine), *arguments, cwd=tmp_path)
        assert failed.returncode in (1, 2) and shown in failed.stderr
        assert all(line.isprintable() for line in failed.stderr.splitlines())
    failed = run("--data", str(mine), "build", "--json", "--input", f"ed={name}", cwd=tmp_path)
    assert {(problem["file"], problem["input"]) for problem in json.loads(failed.stdout)["problems"]} == {(f"input/ed/{shown}", shown)}


def test_a_name_that_is_not_utf8_is_refused_in_one_line(mine: Path, tmp_path: Path) -> None:
    name = os.fsdecode(b"\xff\xfe.csv")
    try:
        (tmp_path / name).write_text("no,layout\n", encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes no such name")
    shutil.copy(tmp_path / name, mine / "sources" / "zz_example_plan" / name)
    shutil.copytree(mine, tmp_path / os.fsdecode(b"data\xff"))
    for arguments, code in ((["build", "--input", f"ed={name}"], 2), (["build"], 4), (["--data", str(tmp_path / os.fsdecode(b"data\xff")), "build"], 4)):
        failed = run("--data", str(mine), *arguments, cwd=tmp_path)
        assert failed.returncode == code
        assert r"\xff" in failed.stderr and "a name that is not UTF-8" in failed.stderr and len(failed.stderr.splitlines()) == 1


# -- interrupted ---------------------------------------------------------------------------------------------------


# The command, held where all files of the release are written and nothing is switched: publishing a small one is over before a signal comes.
HELD = """
    import sys, time
    from commitments.__main__ import main
    from ingest.publication.writing import Writing

    def held(_):
        print("held", file=sys.stderr, flush=True)
        time.sleep(120)

    Writing._manifest = held
    main(sys.argv[1:])
"""
RUN = ["-m", "commitments"]


@pytest.mark.parametrize(("program", "until", "language", "words"), [
    (RUN, "[1/3]", "en", "Interrupted; nothing was published."), (RUN, "[2/3]", "es", "Interrumpido; no se publicó nada."),
    (["-c", textwrap.dedent(HELD)], "held", "en", "Interrupted; nothing was published."),
], ids=["read", "validate", "publish"])  # fmt: skip
def test_an_interrupted_build_says_in_one_line_that_nothing_was_published(mine: Path, program: list[str], until: str, language: str, words: str) -> None:
    before = sorted(path.name for path in (mine / "releases").iterdir())
    table = mine / "sources" / "zz_example_plan" / "commitments.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("council", "parliament"), encoding="utf-8")
    command = [sys.executable, *program, "--data", str(mine), "--lang", language, "build"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "encoding": "utf-8"}
    with subprocess.Popen(command, cwd=ROOT, env=settings(), start_new_session=True, **pipes) as process:  # type: ignore[call-overload]
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith(until):
                break
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        said, told = process.communicate(timeout=120)
    now = sorted(path.name for path in (mine / "releases").iterdir())
    assert (process.returncode, said, [line for line in told.splitlines() if line]) == (130, "", [words])
    assert now == before


@pytest.mark.parametrize("after", ["ingest.last_build.remember", "ingest.publication.switch._complete"])
def test_a_build_interrupted_after_the_switch_says_what_it_published(
    mine: Path, after: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table = mine / "sources" / "zz_example_plan" / "commitments.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("council", "parliament"), encoding="utf-8")

    def interrupted(*_: object) -> None:
        once.undo()
        raise KeyboardInterrupt

    once = pytest.MonkeyPatch()
    once.setattr(after, interrupted)
    monkeypatch.setenv("COMMITMENTS_LANG", "en")  # so that what `main` sets is undone
    handler = signal.getsignal(signal.SIGINT)
    before = (mine / "releases" / "current").readlink()
    try:
        with pytest.raises(SystemExit) as ended:
            main(["--data", str(mine), "build", "--lang", "es"])
    finally:
        signal.signal(signal.SIGINT, handler)
    current = (mine / "releases" / "current").readlink()
    assert ended.value.code == Exit.INTERRUPTED and current != before
    assert capsys.readouterr().err.splitlines()[-1] == f"Interrumpido; la versión {current} ya estaba publicada."
    # What follows the switch is done, too: nothing is left for the next build or a server.
    assert not (mine / "releases" / ".intent.json").exists()
    assert json.loads((mine / "releases" / "publication-log.jsonl").read_text(encoding="utf-8").splitlines()[-1])["release"] == str(current)


# -- the terminal -------------------------------------------------------------------------------------------------


def test_a_bar_is_drawn_on_a_terminal_only(mine: Path) -> None:
    """On a terminal there is a progress bar; elsewhere lines (asserted above), and never a colour."""
    primary, secondary = pty.openpty()
    command = [sys.executable, "-m", "commitments", "--data", str(mine), "build", "--force"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=secondary, env=settings(LC_ALL="C")) as process:
        os.close(secondary)
        shown = b""
        while chunk := _read(primary):
            shown += chunk
    os.close(primary)
    assert process.returncode == 0, shown.decode(errors="replace")
    assert b"Validating against the shapes" in shown and b"|" in shown and b"\r" in shown, shown
    assert b"\x1b[3" not in shown


SLOW = """
    import time
    from commitments.console import Progress, Session
    from commitments.messages import Messages
    Progress.TICK = 0.05
    with Progress(Session(Messages("en"))) as progress:
        progress("validate", 1, 3)
        time.sleep(0.6)
        progress.within(1_000_000, 4_000_000)
        time.sleep(1.2)
"""


def test_the_clock_ticks_while_nothing_is_told() -> None:
    command = [sys.executable, "-c", textwrap.dedent(SLOW)]
    primary, secondary = pty.openpty()
    with subprocess.Popen(command, cwd=ROOT, stderr=secondary, env=settings()) as process:
        os.close(secondary)
        shown = b""
        while chunk := _read(primary):
            shown += chunk
    os.close(primary)
    assert process.returncode == 0, shown
    assert shown.count(b"Validating against the shapes") > 5 and b"00:01 Validating" in shown, shown
    assert shown.count(b"25%") > 5 and b"1.00M/4.00M" in shown, shown
    elsewhere = subprocess.run(command, cwd=ROOT, stderr=subprocess.PIPE, env=settings(), check=True)
    assert elsewhere.stderr == b"[2/3] Validating against the shapes\n"


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 4096)
    except OSError:  # Linux reports the closed other end as an error
        return b""
