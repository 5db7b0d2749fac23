"""Identity, switching, pruning and the registry of releases."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from commitments.release import CHECKSUMS, CURRENT, IDENTIFIERS, PUBLICATION_LOG, ReleaseError, all_releases, current_release
from ingest.publication import NotSorted, RegistryConflict, TableError, publish, recover, switch, tables
from tests.conftest import needs_program
from tests.publication.sample import REGISTRY_HEADER, sample_draft


@pytest.fixture
def data(tmp_path):
    return tmp_path / "datos públicos"


def published(tmp_path, data, extra="", **options):
    return publish(sample_draft(tmp_path / f"draft {extra}", extra=extra), data, **options)


def content(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def log(data):
    return [json.loads(line)["event"] for line in (data / "releases" / PUBLICATION_LOG).read_text().splitlines()]


def test_checksums_verify_with_the_usual_program(tmp_path, data):
    release = published(tmp_path, data).release
    done = subprocess.run([needs_program("sha256sum"), "-c", CHECKSUMS], cwd=release.path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert len(done.stdout.splitlines()) == len(content(release.path)) - 2


def test_the_manifest_lists_every_file(tmp_path, data):
    release = published(tmp_path, data).release
    listed = {entry.path: entry.bytes for entry in release.manifest.files}
    on_disk = {str(path): len(data) for path, data in content(release.path).items()}
    assert on_disk.keys() - listed.keys() == {"manifest.json", CHECKSUMS}
    assert all(on_disk[path] == size for path, size in listed.items())
    assert release.manifest.counts["https://w3id.org/ogcm/def#Commitment"] == 1


def test_unchanged_content_publishes_nothing(tmp_path, data):
    first = published(tmp_path, data)
    before = {path: path.stat().st_mtime_ns for path in first.release.path.rglob("*")}
    second = published(tmp_path, data)
    assert (first.new, second.new) == (True, False)
    assert second.release.id == first.release.id and second.unapplied == () and not second.switched
    assert {path: path.stat().st_mtime_ns for path in first.release.path.rglob("*")} == before
    assert log(data) == ["published", "unchanged"]


def test_a_changed_setting_alone_is_told_not_hidden(tmp_path, data):
    published(tmp_path, data)
    again = publish(sample_draft(tmp_path / "draft", settings={"publisher": "Another"}), data)
    assert not again.new
    assert again.unapplied == ("contact", "licence", "publisher")


def test_going_back_to_old_content_switches_back(tmp_path, data):
    old = published(tmp_path, data).release
    registry = {"plan": sample_draft(tmp_path / "later", extra="More").registry["plan"]}
    new = published(tmp_path, data, "More").release
    assert current_release(data / "releases").id == new.id
    draft = sample_draft(tmp_path / "draft")
    draft.registry = {**draft.registry, **registry}  # the registry never forgets
    again = publish(draft, data)
    assert not again.new and again.switched and current_release(data / "releases").id == old.id
    assert log(data)[-2:] == ["switched", "unchanged"]
    assert (data / IDENTIFIERS / "plan.csv").read_bytes() == registry["plan"]


def test_another_base_is_another_release(tmp_path, data):
    one = published(tmp_path, data).release
    two = publish(sample_draft(tmp_path / "other", base="http://localhost:8000/"), data).release
    assert one.id != two.id and two.base == "http://localhost:8000/"
    assert b"data.example.org" not in two.everything.read_bytes().replace(b"https://data.example.org/contact", b"")


def test_pruning_keeps_the_newest_and_the_current(tmp_path, data):
    for extra in ("a", "b", "c"):
        last = published(tmp_path, data, extra, keep=None) if extra == "a" else _with_registry(tmp_path, data, extra)
    kept = _with_registry(tmp_path, data, "d", keep=2)
    assert len(all_releases(data / "releases")) == 2
    assert {release.id for release in all_releases(data / "releases")} == {last.release.id, kept.release.id}
    alone = _with_registry(tmp_path, data, "d", keep=1)
    assert [release.id for release in all_releases(data / "releases")] == [alone.release.id]
    with pytest.raises(ValueError, match="at least 1"):
        switch.prune(data, 0)


def test_a_damaged_release_is_neither_deleted_nor_in_the_way(tmp_path, data):
    broken = published(tmp_path, data, "a", keep=None).release
    (broken.path / "manifest.json").write_text("{", encoding="utf-8")
    for extra in ("b", "c"):
        last = _with_registry(tmp_path, data, extra, keep=1)
    assert [release.id for release in all_releases(data / "releases")] == [last.release.id]
    assert broken.path.is_dir()


def _with_registry(tmp_path, data, extra, **options):
    """Publish with all the events of the releases before, as a real registry would."""
    draft = sample_draft(tmp_path / f"draft {extra}", extra=extra)
    draft.registry["plan"] = (data / IDENTIFIERS / "plan.csv").read_bytes()
    return publish(draft, data, **options)


def test_the_registry_is_written_back_and_kept_in_the_release(tmp_path, data):
    draft = sample_draft(tmp_path / "draft")
    release = publish(draft, data).release
    for kind, expected in draft.registry.items():
        assert (data / IDENTIFIERS / f"{kind}.csv").read_bytes() == expected
        assert release.file(f"{IDENTIFIERS}/{kind}.csv").read_bytes() == expected


def test_an_event_added_during_the_build_is_never_lost(tmp_path, data):
    path = data / IDENTIFIERS / "plan.csv"
    path.parent.mkdir(parents=True)
    edited = REGISTRY_HEADER + b"1,mint,plan,XX-1,by hand,2021-05-31,someone,,\n"
    path.write_bytes(edited)
    with pytest.raises(RegistryConflict, match="XX-1"):
        published(tmp_path, data)
    assert path.read_bytes() == edited
    assert all_releases(data / "releases") == [] and current_release(data / "releases") is None


def test_a_registry_saved_by_a_spreadsheet_program_is_the_same_registry(tmp_path, data):
    draft = sample_draft(tmp_path / "draft")
    publish(draft, data)
    path = data / IDENTIFIERS / "plan.csv"
    lines = path.read_text().splitlines()
    quoted = "\r\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in lines)
    path.write_bytes(b"\xef\xbb\xbf" + quoted.encode() + b"\r\n")
    assert not publish(draft, data).new
    assert path.read_bytes() == draft.registry["plan"]


def test_an_interrupted_write_back_is_finished_by_recover(tmp_path, data, monkeypatch):
    published(tmp_path, data)
    with monkeypatch.context() as patch:
        patch.setattr(switch, "write_registry", _fails)
        with pytest.raises(OSError, match="disk"):
            published(tmp_path, data, "More")
    new = current_release(data / "releases")
    assert b"MX-5" not in (data / IDENTIFIERS / "plan.csv").read_bytes()
    assert recover(data) == new.id
    assert b"MX-5" in (data / IDENTIFIERS / "plan.csv").read_bytes()
    assert recover(data) is None


def _fails(*_):
    raise OSError("the disk is gone")


def test_recover_touches_nothing_without_an_interrupted_publication(tmp_path, data):
    assert recover(tmp_path / "nowhere") is None
    assert not (tmp_path / "nowhere").exists()
    published(tmp_path, data)
    before = content(data)
    assert recover(data) is None
    assert content(data) == before


def test_leftovers_of_a_killed_build_are_swept_by_the_next(tmp_path, data):
    published(tmp_path, data)
    leftover = data / "releases" / ".tmp-2021-05-31-00000000-1"
    leftover.mkdir()
    (leftover / "commitments.nt").write_bytes(b"part")
    published(tmp_path, data)
    assert not leftover.exists()


def test_a_failed_build_leaves_everything_as_it_was(tmp_path, data, monkeypatch):
    published(tmp_path, data)
    before = content(data)
    with monkeypatch.context() as patch:
        patch.setattr(tables, "table_queries", _bad_query)
        with pytest.raises(TableError):
            published(tmp_path, data, "More")
    draft = sample_draft(tmp_path / "unsorted", extra="More")
    lines = draft.graphs["curated"].read_bytes().splitlines(keepends=True)
    draft.graphs["curated"].write_bytes(b"".join(reversed(lines)))
    with pytest.raises(NotSorted):
        publish(draft, data)
    after = {path: value for path, value in content(data).items() if path.name != ".lock"}
    assert after == {path: value for path, value in before.items() if path.name != ".lock"}


def test_a_publication_that_fails_before_the_switch_undoes_itself(tmp_path, data, monkeypatch):
    """Without waiting for `recover`: what was renamed already is listed by nobody."""
    published(tmp_path, data)
    before = content(data)
    with monkeypatch.context() as patch:
        patch.setattr(switch.files, "point", _fails)
        with pytest.raises(OSError, match="disk"):
            published(tmp_path, data, "More")
    assert len(all_releases(data / "releases")) == 1 and not (data / "releases" / switch.INTENT).exists()
    after = {path: value for path, value in content(data).items() if path.name != ".lock"}
    assert after == {path: value for path, value in before.items() if path.name != ".lock"}


def _bad_query():
    return [tables.read_query("bad", "#+ title: {es: a, en: b}\n#+ columns: {x: {es: a, en: b}}\nSELECT ?y { ?y a ?x }")]


def test_eight_digits_that_meet_by_chance_are_noticed(tmp_path, data):
    release = published(tmp_path, data).release
    manifest = release.file("manifest.json")
    manifest.write_text(manifest.read_text().replace(release.manifest.content_sha256, "0" * 64))
    with pytest.raises(ReleaseError, match="other content"):
        published(tmp_path, data)


@pytest.mark.parametrize("name", ["consolidated", "catalog", "../x", "A", ""])
def test_reserved_and_bad_graph_names_are_refused(tmp_path, data, name):
    draft = sample_draft(tmp_path / "draft")
    draft.graphs = {name: draft.graphs[""]} if name else {"curated": draft.graphs[""]}
    with pytest.raises(ValueError):
        publish(draft, data)


def test_a_moved_data_folder_still_works(tmp_path, data):
    release = published(tmp_path, data).release
    moved = tmp_path / "moved"
    shutil.move(data, moved)
    assert (moved / "releases" / CURRENT).readlink().parts == (release.id,)
    assert current_release(moved / "releases").id == release.id


@pytest.mark.parametrize("written", ["publicación".encode(), b"no-such-release"])
def test_a_current_file_that_names_no_release_is_told_as_such(tmp_path, written):
    (tmp_path / CURRENT).write_bytes(written)
    with pytest.raises(ReleaseError):
        current_release(tmp_path)
