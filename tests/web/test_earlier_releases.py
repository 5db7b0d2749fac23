"""Names that only an earlier release has: described while it is kept, 410 when it was published and pruned, never 404."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import Graph, URIRef

from commitments.release import PUBLICATION_LOG, open_release
from ingest.publication import switch
from ontology.namespaces import ADMS, CODE, DCAT, OGCM, PROV, RDF, RDFS
from tests.releases import DEFAULT_BASE, make_release, sample_quads, version_quads
from tests.web.conftest import Service
from tests.web.test_addresses import PARSERS, TYPES

PRUNED, OTHER_BASE, OLD, NEW = (f"2021-05-31-0000000{number}" for number in range(4))
NAMES = ("dataset/commitments", "distribution/commitments-ttl")


def release(folder: Path, identifier: str, base: str = DEFAULT_BASE) -> Path:
    return make_release(folder, base, sample_quads(base) + version_quads(identifier, base), name=identifier).path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three releases below our BASE, of which the first was pruned, and one below another."""
    folder = tmp_path_factory.mktemp("data") / "releases"
    shutil.rmtree(release(folder, PRUNED))
    release(folder, OTHER_BASE, "https://data.example.org/")
    release(folder, OLD)
    release(folder, NEW)
    return folder


@pytest.fixture(scope="module")
def service(folder: Path) -> Iterator[Service]:
    yield Service(open_release(folder / NEW))


@pytest.mark.parametrize("name", NAMES)
def test_a_kept_release_describes_what_only_it_names(service: Service, name: str) -> None:
    redirect = service.get(f"/id/{name}_{OLD}")
    assert (redirect.status_code, redirect.headers["location"]) == (303, f"/doc/{name}_{OLD}")
    assert f'<{service.base}doc/{name}_{OLD}>; rel="describedby"' in redirect.headers["link"]
    thing = URIRef(f"{service.base}id/{name}_{OLD}")
    sizes = set()
    for suffix, parser in PARSERS.items():
        for answer in (service.get(f"/doc/{name}_{OLD}.{suffix}"), service.get(f"/doc/{name}_{OLD}", TYPES[suffix])):
            assert answer.status_code == 200
            graph = Graph().parse(data=answer.content, format=parser)
            sizes.add(len(graph))
            assert list(graph.objects(thing, RDF.type)) and list(graph.objects(thing, RDFS.label))
    assert len(sizes) == 1
    distribution = URIRef(f"{service.base}id/distribution/commitments-ttl_{OLD}")
    assert (URIRef(f"{service.base}id/dataset/commitments_{OLD}"), DCAT.distribution, distribution) in graph
    assert list(graph.objects(distribution, RDFS.label)), "labels of what is linked"
    for language in ("es", "en"):
        page = service.get(f"/doc/{name}_{OLD}.html?lang={language}")
        assert page.status_code == 200 and OLD in page.text and f'lang="{language}"' in page.text


@pytest.mark.parametrize("name", NAMES)
def test_every_document_of_an_old_release_links_to_something(service: Service, folder: Path, name: str) -> None:
    catalog = Graph().parse(folder / OLD / "catalog.ttl")
    ours = {str(item) for item in catalog.subjects() if str(item).startswith(f"{service.base}id/")}
    assert f"{service.base}id/{name}_{OLD}" in ours
    for thing in ours:
        assert service.get(f"/{thing.removeprefix(service.base)}").status_code == 303


@pytest.mark.parametrize("name", NAMES)
def test_what_a_pruned_release_named_is_gone(service: Service, name: str) -> None:
    thing = URIRef(f"{service.base}id/{name}_{PRUNED}")
    for address in (f"/id/{name}_{PRUNED}", f"/doc/{name}_{PRUNED}", f"/doc/{name}_{PRUNED}.ttl"):
        answer = service.get(address, "text/turtle")
        assert answer.status_code == 410
        assert (thing, RDF.type, OGCM.Tombstone) in Graph().parse(data=answer.content, format="turtle")
    page = service.get(f"/id/{name}_{PRUNED}", "text/html", headers=[("Accept-Language", "en")])
    assert page.status_code == 410 and "no longer kept" in page.text


@pytest.mark.parametrize(
    "path",
    [
        f"dataset/commitments_{OTHER_BASE}", "dataset/commitments_2021-05-31-ffffffff", f"distribution/nonsense_{PRUNED}",
        f"distribution/nonsense_{OLD}", f"plan/MX-4_{OLD}", f"dataset/commitments_../{OLD}", "dataset/commitments_current",
        f"dataset/..%2f{OLD}", f"dataset/{OLD}", f"dataset/_{OLD}", "dataset/commitments_publication-log.jsonl", f"dataset/commitments_{OLD}%00",
    ],
)  # fmt: skip
def test_names_that_never_were_stay_unknown(service: Service, path: str) -> None:
    assert service.get(f"/id/{path}").status_code == service.get(f"/doc/{path}").status_code == 404


def test_other_letter_case_leads_to_the_name(service: Service) -> None:
    assert service.get(f"/id/Dataset/Commitments_{OLD}").headers["location"] == f"/id/dataset/commitments_{OLD}"
    assert service.get(f"/doc/DATASET/commitments_{OLD}.ttl").headers["location"] == f"/doc/dataset/commitments_{OLD}.ttl"


def test_a_release_pruned_meanwhile_is_gone(tmp_path: Path) -> None:
    old = release(tmp_path, OLD)
    service = Service(make_release(tmp_path, DEFAULT_BASE, sample_quads() + version_quads(NEW), name=NEW))
    assert service.get(f"/id/dataset/commitments_{OLD}").status_code == 303
    shutil.rmtree(old)
    assert service.get(f"/id/dataset/commitments_{OLD}").status_code == 410
    assert json.loads(service.get(f"/releases/{OLD}/").content)["status"] == 410


def test_a_period_of_an_earlier_release_stays_described(tmp_path: Path) -> None:
    period = f"{DEFAULT_BASE}id/period/1999_2000"
    label = f'<{period}> <{RDFS.label}> "1999 – 2000"@es .\n'
    make_release(tmp_path, DEFAULT_BASE, sample_quads() + label, name=OLD)
    service = Service(make_release(tmp_path, DEFAULT_BASE, sample_quads(), name=NEW))
    assert service.get("/id/period/1999_2000").headers["location"] == "/doc/period/1999_2000"
    graph = Graph().parse(data=service.get("/doc/period/1999_2000.ttl").content, format="turtle")
    assert str(graph.value(URIRef(period), RDFS.label)) == "1999 – 2000"
    assert "1999 – 2000" in service.get("/doc/period/1999_2000.html").text
    assert service.get("/id/period/1999_2001").status_code == 404


def test_names_that_went_with_a_pruned_release_are_gone(tmp_path: Path) -> None:
    """Those without the release's id at their end: the publication log lists them, as far as no release that stays has them."""
    gone, kept = ("period/1999_2000", "run/deck_0000beef"), "run/deck_0000cafe"
    period, run, other = (f"<{DEFAULT_BASE}id/{name}>" for name in (*gone, kept))
    graph = f"<{DEFAULT_BASE}graph/catalog>"
    both = f'{other} <{RDFS.label}> "Run"@en {graph} .\n'
    old = f'{period} <{RDFS.label}> "1999 – 2000"@es .\n{run} <{RDFS.label}> "Run"@en {graph} .\n'
    releases = tmp_path / "data" / "releases"
    make_release(releases, DEFAULT_BASE, sample_quads() + version_quads(OLD) + both + old, name=OLD, created="2026-01-01T00:00:00Z")
    new = make_release(releases, DEFAULT_BASE, sample_quads() + version_quads(NEW) + both, name=NEW)
    switch.prune(tmp_path / "data", keep=1)
    assert not (releases / OLD).exists()
    said = json.loads((releases / PUBLICATION_LOG).read_text(encoding="utf-8").splitlines()[-1])
    assert (said["event"], said["names"]) == ("pruned", {"period": ["1999_2000"], "run": ["deck_0000beef"]})
    service = Service(new)
    for name in gone:
        for address in (f"/id/{name}", f"/doc/{name}.ttl"):
            answer = service.get(address, "text/turtle")
            assert answer.status_code == 410
            assert (URIRef(f"{DEFAULT_BASE}id/{name}"), RDF.type, OGCM.Tombstone) in Graph().parse(data=answer.content, format="turtle")
    assert service.get(f"/id/{kept}").status_code == 303
    assert service.get("/id/period/1999_2001").status_code == service.get("/id/run/deck_0000dead").status_code == 404


def test_what_a_later_release_minted_stays_known_when_an_older_one_is_current_again(tmp_path: Path) -> None:
    thing, candidate = f"{DEFAULT_BASE}id/org/zz-new", f"{DEFAULT_BASE}id/link/zz-new"
    said = f'<{thing}> <{RDFS.label}> "New body"@en .\n<{candidate}> <{RDFS.label}> "Pair"@en <{DEFAULT_BASE}graph/candidates> .\n'
    said += f'<{DEFAULT_BASE}id/source/zz-2026> <{RDFS.label}> "Edition"@en .\n<{thing}> <{RDFS.label}> "New body"@en <{DEFAULT_BASE}graph/zz-2026> .\n'
    old = make_release(tmp_path, DEFAULT_BASE, sample_quads(), name=OLD, created="2026-01-01T00:00:00Z")
    new = make_release(tmp_path, DEFAULT_BASE, sample_quads() + said, name=NEW, created="2026-01-02T00:00:00Z")
    with open(new.file("identifiers") / "org.csv", "a", encoding="utf-8") as log:
        log.write("1,mint,org,zz-new,,,build,,\n1,mint,org,zz-gone,,,build,,\n2,withdraw,org,zz-gone,,,build,x,\n1,mint,org,zz-twin,,,build,,\n")
        log.write("2,merge,org,zz-twin,,,editor,x,mx-sfp\n")
    service = Service(old)
    for name, iri, label in (("org/zz-new", thing, "New body"), ("link/zz-new", candidate, "Pair")):
        assert service.get(f"/id/{name}").headers["location"] == f"/doc/{name}"
        graph = Graph().parse(data=service.get(f"/doc/{name}.ttl").content, format="turtle")
        assert str(graph.value(URIRef(iri), RDFS.label)) == label
        assert NEW in service.get(f"/doc/{name}.html").text
    assert service.get("/id/org/zz-gone").status_code == 410
    assert service.get("/id/org/zz-twin").headers["location"] == "/id/org/mx-sfp"
    graph = service.get("/graph/zz-2026")
    assert (graph.status_code, graph.headers["location"]) == (303, f"/releases/{NEW}/graphs/zz-2026.nt")
    assert service.get(graph.headers["location"]).status_code == 200
    assert service.get("/id/org/zz-none").status_code == service.get("/graph/zz-none").status_code == 404
    assert Service(new).get("/doc/org/zz-new").status_code == 200
    shutil.rmtree(new.path)
    assert service.get("/id/org/zz-new").status_code == 410


def test_names_of_files_that_no_release_has_any_longer_are_gone(tmp_path: Path) -> None:
    """A source was withdrawn, and the releases that had its graph as a file were pruned, one after the other."""
    first, second = "2021-05-31-0000000a", "2021-05-31-0000000b"
    releases = tmp_path / "data" / "releases"
    for day, identifier in enumerate((first, second), start=1):
        file = f"<{DEFAULT_BASE}id/distribution/graphs-left-2020-nt_{identifier}> <{RDFS.label}> \"File\"@en <{DEFAULT_BASE}graph/catalog> .\n"
        made = make_release(releases, DEFAULT_BASE, sample_quads() + version_quads(identifier) + file, name=identifier, created=f"2026-01-0{day}T00:00:00Z")
        switch.log(releases, "published", made)
    new = make_release(releases, DEFAULT_BASE, sample_quads() + version_quads(NEW), name=NEW, created="2026-01-03T00:00:00Z")
    for keep in (2, 1):
        switch.prune(tmp_path / "data", keep=keep)
        service = Service(new)
        for identifier in (first, second):
            gone = not (releases / identifier).exists()
            for name in ("graphs-left-2020-nt", "commitments-ttl"):
                assert service.get(f"/id/distribution/{name}_{identifier}").status_code == (410 if gone else 303), (keep, name)
    assert service.get(f"/id/distribution/graphs-other-nt_{first}").status_code == 404


# --- what is left of things that a source took with it


def test_the_alias_of_a_withdrawn_thing_leads_to_its_tombstone(service: Service) -> None:
    for path, target in (("ogp/MX0999", "commitment/MX-4-99"), ("OGP/mx0999", "commitment/MX-4-99"), ("iso/XX", "identifier/iso_XX")):
        answer = service.get(f"/id/{path}")
        assert (answer.status_code, answer.headers["location"]) == (301, f"/id/{target}")
        assert service.get(f"/id/{target}").status_code == 410
    assert service.get("/id/ogp/MX0998").status_code == 404
    assert service.get("/id/ogp/MX0075").headers["location"] == "/id/commitment/MX-4-01"


def test_the_graph_of_a_source_that_left_is_gone(service: Service) -> None:
    graph = URIRef(f"{service.base}graph/left-2020")
    for suffix, parser in PARSERS.items():
        for answer in (service.get(f"/graph/left-2020.{suffix}"), service.get("/graph/left-2020", TYPES[suffix])):
            assert answer.status_code == 410
            found = Graph().parse(data=answer.content, format=parser)
            assert (graph, RDF.type, OGCM.Tombstone) in found and (graph, ADMS.status, CODE["record-status/withdrawn"]) in found
            assert (graph, PROV.wasDerivedFrom, URIRef(f"{service.base}id/source/left-2020")) in found
    file = service.get("/dumps/graphs/left-2020.nt")
    assert (file.status_code, file.content) == (410, service.get("/graph/left-2020.nt").content)
    assert service.get("/dumps/graphs/left-2021.nt").status_code == service.get("/dumps/graphs/left-2020.ttl").status_code == 404
    page = service.get("/graph/left-2020", "text/html", headers=[("Accept-Language", "en")])
    assert page.status_code == 410 and 'href="/id/source/left-2020"' in page.text and "Graph left-2020: withdrawn" in page.text
    assert service.get("/graph/left-2021").status_code == service.get("/graph/MX-4").status_code == 404
