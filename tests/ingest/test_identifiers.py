"""The event log of identifiers: minted once, never reassigned, never lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest import terms
from ingest.identifiers import UNSTATED, Event, Registry, load_registry
from ingest.pipeline import Mapped
from ingest.problems import ProblemList
from tests.ingest.conftest import BASE, DECK, Data


def log(folder: Path, *rows: str) -> tuple[Registry, ProblemList]:
    folder.mkdir(exist_ok=True)
    (folder / "org.csv").write_text("seq,event,kind,key,natural_key,date,by,reason,target\n" + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    problems = ProblemList()
    return load_registry(folder, "identifiers", problems), problems


def test_a_second_build_mints_nothing(data: Data) -> None:
    first = data.map().build.registry.serialized()
    (data.folder / "identifiers").mkdir(exist_ok=True)
    for kind, content in first.items():
        (data.folder / "identifiers" / f"{kind}.csv").write_bytes(content)
    assert data.map().build.registry.serialized() == first


def test_a_natural_key_keeps_its_key(tmp_path: Path) -> None:
    registry, problems = log(tmp_path, "1,mint,org,mx-old,Secretaría X,2020-01-01,build,,")
    assert registry.use("org", "mx-new", natural="Secretaría X") == "mx-old"
    assert problems.problems == []


def test_merged_keys_lead_to_the_survivor(tmp_path: Path) -> None:
    registry, _ = log(tmp_path, "1,mint,org,a,,,,,", "2,merge,org,a,,,editor,same body,b", "1,mint,org,b,,,,,", "2,merge,org,b,,,editor,same body,c", "1,mint,org,c,,,,,")
    assert registry.survivor("org", "a") == "c"
    assert registry.use("org", "a") == "c"
    assert [(kind, key, state) for kind, key, state, _ in registry.gone()] == [("org", "a", "merged"), ("org", "b", "merged")]


def test_a_merge_in_a_circle_ends(tmp_path: Path) -> None:
    registry, _ = log(tmp_path, "1,mint,org,a,,,,,", "2,merge,org,a,,,,,b", "1,mint,org,b,,,,,", "2,merge,org,b,,,,,a")
    assert registry.survivor("org", "a") in ("a", "b")


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (("1,mint,org,a,,,,,", "2,merge,org,a,,,,,b"), [(3, "b")]),
        (("1,mint,org,a,,,,,", "2,merge,org,a,,,,,b c", "1,mint,org,b,,,,,", "1,mint,org,c,,,,,"), [(3, "b c")]),
        (("1,mint,org,a,,,,,", "2,split,org,a,,,,,b c", "1,mint,org,b,,,,,"), [(3, "c")]),
        (("1,mint,org,a,,,,,", "2,merge,org,a,,,,,a"), [(3, "a")]),
        (("1,mint,org,a,,,,,", "2,merge,org,a,,,,,b", "1,mint,org,b,,,,,", "2,split,org,b,,,,,c a", "1,mint,org,c,,,,,", "1,mint,org,d,,,,,", "2,merge,org,d,,,,,a"),
         [(3, "b"), (5, "a")]),
        # What a later event set right is no fault: rows are never edited.
        (("1,mint,org,a,,,,,", "2,merge,org,a,,,,,b", "3,merge,org,a,,,,,c", "1,mint,org,c,,,,,"), []),
        (("1,mint,org,a,,,,,", "2,merge,org,a,,,,,b", "3,mint,org,a,,,,,"), []),
    ],
)  # fmt: skip
def test_what_replaces_a_key_is_in_the_log_and_leads_not_back(tmp_path: Path, rows: tuple[str, ...], found: list[tuple[int, str]]) -> None:
    _, problems = log(tmp_path, *rows)
    assert [(problem.row, problem.found) for problem in problems.problems] == found
    assert all(problem.column == "target" and problem.message("es") != problem.message("en") for problem in problems.problems)


def test_keys_that_differ_by_case_alone_are_refused(tmp_path: Path) -> None:
    registry, _ = log(tmp_path, "1,mint,org,mx-sfp,,,,,")
    with pytest.raises(ValueError, match="letter case"):
        registry.use("org", "MX-SFP")


def test_a_row_that_left_the_tables_leaves_a_tombstone(data: Data) -> None:
    (data.folder / "identifiers").mkdir(exist_ok=True)
    for kind, content in data.map().build.registry.serialized().items():
        (data.folder / "identifiers" / f"{kind}.csv").write_bytes(content)
    rows = data.rows(f"{DECK}/estados.csv")
    data.write(f"{DECK}/estados.csv", rows[:-1])
    data.recode(f"{DECK}/contract.yml", lambda raw: raw.replace(b"rows: 30", b"rows: 29"))
    mapped = data.map()
    key = f"membership/mx-ejercicios-locales_area_{rows[-1][rows[0].index('estado')]}"
    tombstones = [line for line in mapped.graphs[""] if f"/id/{key}>" in line and "#Tombstone" in line]
    assert len(tombstones) == 1
    assert reasons(mapped, key) == ['"ninguna fuente lo afirma ya"@es .', f'"{UNSTATED}"@en .']
    assert mapped.build.registry.state("membership", key.partition("/")[2]) == "withdrawn"
    # and when the row comes back, so does its key
    for kind, content in mapped.build.registry.serialized().items():
        (data.folder / "identifiers" / f"{kind}.csv").write_bytes(content)
    data.write(f"{DECK}/estados.csv", rows)
    data.recode(f"{DECK}/contract.yml", lambda raw: raw.replace(b"rows: 29", b"rows: 30"))
    again = data.map()
    assert again.build.registry.state("membership", key.partition("/")[2]) == "active"
    assert not [line for line in again.graphs[""] if f"/id/{key}>" in line and "#Tombstone" in line]


def test_a_decision_that_a_source_overrules_is_said_once(data: Data) -> None:
    """A key that a source describes is in use; somebody who split it or called it an error has to hear that it is."""
    data.recode("identifiers/org.csv", lambda raw: raw + b"2,error,org,mx-sfp,,2020-01-02,data editor,slip,\n2,withdraw,org,mx-asea,,2020-01-02,build,x,\n")
    mapped = data.map()
    said = [note.message("en") for note in mapped.build.problems.notes if "/org.csv" in note.file]
    assert said == ["identifiers/org.csv: org/mx-sfp: a source still describes it, so the error of 2020-01-02 (data editor) does not count"]
    assert mapped.build.registry.state("org", "mx-sfp") == "active"
    (data.folder / "identifiers/org.csv").write_bytes(mapped.build.registry.serialized()["org"])
    assert not [note for note in data.map().build.problems.notes if "/org.csv" in note.file]


def test_a_reason_that_somebody_typed_is_of_no_language(data: Data) -> None:
    events = (
        "1,mint,org,zz-doble,,2020-01-01,build,,", "2,merge,org,zz-doble,,2020-01-02,data editor,es la misma institución,mx-sfp",
        "1,mint,org,zz-error,,2020-01-01,build,,", "2,error,org,zz-error,,2020-01-02,data editor,,",
    )  # fmt: skip
    data.recode("identifiers/org.csv", lambda raw: raw + "".join(f"{event}\n" for event in events).encode())
    mapped = data.map()
    assert reasons(mapped, "org/zz-doble") == ['"es la misma institución" .']
    assert reasons(mapped, "org/zz-error") == []


def reasons(mapped: Mapped, key: str) -> list[str]:
    start = f"<{BASE}id/{key}> {terms.curie('ogcm:reason')} "
    return [line.removeprefix(start) for line in mapped.graphs[""] if line.startswith(start)]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("2,mint,org,a,,,,,", "seq"),
        ("1,born,org,a,,,,,", "event"),
        ("1,mint,area,a,,,,,", "kind"),
        ("1,mint,org,a b,,,,,", "key"),
        ("1,merge,org,a,,,,,", "target"),
        ("1,split,org,a,,,,, ", "target"),
        ("1,alias,org,a,,,,,", "target"),
        ("1,withdraw,org,a,,,,,see <http://x>", "target"),
        ("1,mint,org,a,,,,", ""),
        ("1,mint,org,a,,,,,,", ""),
    ],
)
def test_faults_of_the_log_are_named(tmp_path: Path, row: str, column: str) -> None:
    _, problems = log(tmp_path, '1,mint,org,first,,,,"two\nlines",', "", row)
    assert [(problem.row, problem.column) for problem in problems.problems][:1] == [(4, column)]  # as a spreadsheet program counts


def test_a_log_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for content, code, row in (
        ("caf\u00e9,".encode("latin-1"), "encoding", 3), (b'1,mint,org,a,,,,"never closed,\n', "csv", 3), (b"seq;event\n", "delimiter", 1), (b"", "identifiers", 1),
    ):  # fmt: skip
        sound = log(tmp_path, "1,mint,org,a,,,,,")[0].serialized()["org"] if row > 1 else b""
        (tmp_path / "org.csv").write_bytes(sound + content)
        problems = ProblemList()
        load_registry(tmp_path, "identifiers", problems)
        assert [(problem.file, problem.row, problem.code) for problem in problems.problems] == [("identifiers/org.csv", row, code)]


def test_the_files_read_back_as_written(tmp_path: Path) -> None:
    registry = Registry()
    for event in (Event(1, "mint", "org", "b"), Event(1, "mint", "org", "a", "Año, «x»", "2020-01-01"), Event(2, "withdraw", "org", "a", reason='"gone"')):
        registry.record(event)
    (tmp_path / "org.csv").write_bytes(registry.serialized()["org"])
    assert load_registry(tmp_path, "identifiers", ProblemList()).serialized() == registry.serialized()


def test_natural_keys_and_outside_ids_are_found_after_a_merge(tmp_path: Path) -> None:
    registry, problems = log(
        tmp_path,
        "1,mint,org,a,Secretaría A,2020-01-01,build,,", "2,alias,org,a,,2020-01-01,build,,OGP0001", "3,merge,org,a,,,editor,same body,b",
        "1,mint,org,b,,2020-01-01,build,,", "1,mint,org,MX-c,,2020-01-01,build,,",
    )  # fmt: skip
    assert problems.problems == []
    assert registry.find_natural("org", "Secretaría A") == "b" and registry.find_natural("org", "Secretaría Z") is None
    assert registry.find_natural("org", "b") == "b"
    assert list(registry.naturals("org")) == [("Secretaría A", "a")]
    assert registry.alias("org", "OGP0001") == "b" and registry.alias("org", "OGP0002") is None
    assert registry.known("org", "mx-C") and registry.known("org", "B") and not registry.known("org", "mx-d")


def test_an_alias_is_added_once_and_belongs_to_one_key(tmp_path: Path) -> None:
    registry, _ = log(tmp_path, "1,mint,org,a,,2020-01-01,build,,", "1,mint,org,b,,2020-01-01,build,,")
    before = registry.serialized()
    registry.add_alias("org", "a", "OGP0001", "2024-01-01")
    after = registry.serialized()
    assert set(after["org"].splitlines()) - set(before["org"].splitlines()) == {b"2,alias,org,a,,2024-01-01,build,,OGP0001"}
    registry.add_alias("org", "a", "OGP0001", "2025-01-01")
    assert registry.serialized() == after and registry.alias("org", "OGP0001") == "a" and registry.state("org", "a") == "active"
    with pytest.raises(ValueError, match="org/a"):
        registry.add_alias("org", "b", "OGP0001", "2025-01-01")
    with pytest.raises(LookupError):
        registry.add_alias("org", "z", "OGP0009", "2025-01-01")


def test_only_what_a_build_describes_is_used(tmp_path: Path) -> None:
    registry, _ = log(tmp_path, "1,mint,org,a,,2020-01-01,build,,", "1,mint,org,b,,,,,")
    registry.use("org", "a")
    registry.use("org", "c", natural="C", date="2021-01-01")
    registry.use("period", "2019_2021")
    used = [key for key in ("a", "b", "c", "d") if registry.used("org", key)]
    assert used == ["a", "c"] and registry.used("period", "2019_2021") and not registry.used("period", "2020_2021")
    assert registry.unused() == [("org", "b")]
    registry.withdraw_unused("2021-01-01")
    assert [(key, state) for _, key, state, _ in registry.gone()] == [("b", "withdrawn")]
    assert {kind: sorted(keys) for kind, keys in registry.keys().items()} == {"org": ["a", "b", "c"]}


def test_written_files_are_the_serialized_ones(tmp_path: Path) -> None:
    registry, _ = log(tmp_path / "in", "1,mint,org,a,,2020-01-01,build,,", '1,mint,org,b,"B, «b»",2020-01-01,build,,', "2,alias,org,b,,,editor,,X1", "1,mint,org,c,,,,,")
    (tmp_path / "out").mkdir()
    written = registry.write(tmp_path / "out")
    assert {kind: path.read_bytes() for kind, path in written.items()} == registry.serialized()
    assert written["org"].read_text(encoding="utf-8").splitlines() == (tmp_path / "in" / "org.csv").read_text(encoding="utf-8").splitlines()
