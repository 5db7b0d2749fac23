"""The catalogue is valid DCAT-AP 3 and states what is on disk; VoID counts what the data hold."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace

import pyshacl
import pytest
from rdflib import RDF, RDFS, BNode, Graph, Literal, URIRef

from ingest.publication import publish
from ontology.namespaces import DCAT, DCT, OGCM, PROV, SH, SPDX, VOID
from tests.conftest import needs_shared
from tests.publication.sample import BASE, sample_draft

KEY = re.compile(r"[A-Za-z0-9]+(\.[A-Za-z0-9]+)*(-[A-Za-z0-9]+(\.[A-Za-z0-9]+)*)*(_[A-Za-z0-9.-]+)*")


@pytest.fixture(scope="module")
def catalogue(published) -> Graph:
    return Graph().parse(published.file("graphs/catalog.nt"), format="nt")


@pytest.fixture(scope="module")
def data(published) -> Graph:
    return Graph().parse(published.file("commitments.nt"), format="nt")


def dcat_ap_shapes() -> Graph:
    """The official shapes, repaired where they cannot be run as they stand (engine traps, "Others").

    Property shapes that are named but not defined are removed, and so is `sh:class rdfs:Resource`, which nothing states.
    """
    folder = needs_shared("suites/dcat-ap/releases/3.0.1/shacl")
    shapes = Graph()
    for path in sorted(folder.glob("*.ttl")):
        shapes.parse(path)
    for owner, shape in list(shapes.subject_objects(SH.property)):
        if (shape, SH.path, None) not in shapes:
            shapes.remove((owner, SH.property, shape))
    resource = URIRef("http://www.w3.org/2000/01/rdf-schema#Resource")
    for shape in list(shapes.subjects(SH["class"], resource)):
        shapes.remove((shape, SH["class"], resource))
    assert len(list(shapes.subjects(SH.targetClass, None))) > 30
    return shapes


def test_the_catalogue_is_valid_dcat_ap(catalogue):
    conforms, _, text = pyshacl.validate(catalogue, shacl_graph=dcat_ap_shapes(), inference="none")
    assert conforms, text


def test_the_dcat_ap_shapes_would_notice(catalogue):
    broken = Graph() + catalogue
    broken.remove((URIRef(f"{BASE}id/catalog/commitments"), DCT.publisher, None))
    conforms, _, text = pyshacl.validate(broken, shacl_graph=dcat_ap_shapes(), inference="none")
    assert not conforms and "publisher" in text


def test_a_setting_that_is_not_set_is_left_out(tmp_path):
    release = publish(sample_draft(tmp_path / "draft", settings={}), tmp_path / "data").release
    graph = Graph().parse(release.file("catalog.ttl"))
    assert not list(graph.subject_objects(DCT.publisher))
    assert not list(graph.subject_objects(DCT.license))
    assert not list(graph.subject_objects(DCAT.contactPoint))


def test_what_the_licence_does_not_cover_is_said(published, catalogue, tmp_path):
    """A source that states no licence is not licensed by whoever republishes what it says."""
    statements = {catalogue.value(URIRef(f"{BASE}id/{key}"), DCT.rights) for key in ("catalog/commitments", "dataset/commitments", f"dataset/commitments_{published.id}")}
    assert len(statements) == 1
    texts = {label.language: str(label) for label in catalogue.objects(statements.pop(), RDFS.label)}
    package = json.loads(published.file("tables/datapackage.json").read_text())
    assert texts == {"es": package["description"], "en": package["description_en"]}
    assert all("deck-2021-05-31" in text and "curation" not in text for text in texts.values())
    draft = sample_draft(tmp_path / "draft")
    stated = replace(draft, sources=[replace(source, licence="https://creativecommons.org/publicdomain/zero/1.0/") for source in draft.sources])
    release = publish(stated, tmp_path / "data").release
    assert not list(Graph().parse(release.file("catalog.ttl")).subject_objects(DCT.rights))
    assert "description" not in json.loads(release.file("tables/datapackage.json").read_text())


def test_turtle_files_are_the_catalogue_graph(published, catalogue):
    both = Graph().parse(published.file("catalog.ttl")).parse(published.file("void.ttl"))
    assert set(both) == set(catalogue)


def test_only_iris_and_literals_and_keys_of_the_grammar(catalogue):
    terms = {term for triple in catalogue for term in triple}
    assert not [term for term in terms if isinstance(term, BNode)]
    ours = [str(term) for term in terms if isinstance(term, URIRef) and str(term).startswith(f"{BASE}id/")]
    assert ours
    for iri in ours:
        _, key = iri.removeprefix(f"{BASE}id/").split("/")
        assert KEY.fullmatch(key) and len(key) <= 200, iri
    assert len({iri.lower() for iri in ours}) == len(set(ours))


def test_each_distribution_states_its_file(published, catalogue):
    version = URIRef(f"{BASE}id/dataset/commitments_{published.id}")
    named = set()
    for distribution in catalogue.objects(version, DCAT.distribution):
        address = str(catalogue.value(distribution, DCAT.downloadURL))
        path = published.file(address.removeprefix(f"{BASE}releases/{published.id}/"))
        named.add(path.name)
        assert path.is_file(), address
        size = catalogue.value(distribution, DCAT.byteSize)
        if size is None:
            assert path.name.removesuffix(".gz") in ("commitments.nq", "commitments.trig")
            continue
        assert int(size) == path.stat().st_size
        checksum = catalogue.value(distribution, SPDX.checksum)
        assert str(catalogue.value(checksum, SPDX.checksumValue)) == hashlib.sha256(path.read_bytes()).hexdigest()
    assert {"commitments.ttl", "commitments.rdf.gz", "commitments.csv", "deck-2021-05-31.nt", "commitments.nq"} <= named


def test_the_latest_dataset_has_the_same_files_under_stable_names(published, catalogue):
    latest, version = URIRef(f"{BASE}id/dataset/commitments"), URIRef(f"{BASE}id/dataset/commitments_{published.id}")
    assert (latest, DCAT.hasVersion, version) in catalogue
    names = {
        str(catalogue.value(entry, DCAT.downloadURL)).removeprefix(f"{BASE}dumps/")
        for entry in catalogue.objects(latest, DCAT.distribution)
    }
    assert names == {
        str(catalogue.value(entry, DCAT.downloadURL)).removeprefix(f"{BASE}releases/{published.id}/")
        for entry in catalogue.objects(version, DCAT.distribution)
    }


def test_void_counts_are_those_of_the_data(catalogue, data):
    dataset = URIRef(f"{BASE}id/dataset/commitments")
    entities = {subject for subject in data.subjects() if str(subject).startswith(f"{BASE}id/")}
    expected = {
        VOID.triples: len(data),
        VOID.entities: len(entities),
        VOID.classes: len(set(data.objects(None, RDF.type))),
        VOID.properties: len(set(data.predicates())),
        VOID.distinctSubjects: len(set(data.subjects())),
        VOID.distinctObjects: len(set(data.objects())),
    }
    for term, count in expected.items():
        assert catalogue.value(dataset, term) == Literal(count), term


def test_void_partitions_cover_every_class_and_property(catalogue, data):
    dataset = URIRef(f"{BASE}id/dataset/commitments")
    classes = {
        catalogue.value(part, VOID["class"]): int(catalogue.value(part, VOID.entities))
        for part in catalogue.objects(dataset, VOID.classPartition)
    }
    assert classes == {cls: len(set(data.subjects(RDF.type, cls))) for cls in set(data.objects(None, RDF.type))}
    properties = {
        catalogue.value(part, VOID.property): (int(catalogue.value(part, VOID.triples)), int(catalogue.value(part, VOID.distinctSubjects)))
        for part in catalogue.objects(dataset, VOID.propertyPartition)
    }
    assert properties == {
        term: (len(list(data.subject_objects(term))), len(set(data.subjects(term)))) for term in set(data.predicates())
    }


def test_void_linksets_count_the_links_to_other_sites(catalogue, data):
    linksets = list(catalogue.subjects(RDF.type, VOID.Linkset))
    assert linksets
    for linkset in linksets:
        predicate = catalogue.value(linkset, VOID.linkPredicate)
        space = str(catalogue.value(catalogue.value(linkset, VOID.objectsTarget), VOID.uriSpace))
        links = [target for target in data.objects(None, predicate) if isinstance(target, URIRef) and str(target).startswith(space)]
        assert int(catalogue.value(linkset, VOID.triples)) == len(links) > 0


def test_examples_are_described_and_vocabularies_are_used(catalogue, data):
    dataset = URIRef(f"{BASE}id/dataset/commitments")
    examples = list(catalogue.objects(dataset, VOID.exampleResource))
    assert URIRef(f"{BASE}id/commitment/MX-4-01") in examples
    assert all((example, RDF.type, None) in data for example in examples)
    used = {str(term) for term in set(data.predicates()) | set(data.objects(None, RDF.type))}
    for space in catalogue.objects(dataset, VOID.vocabulary):
        assert any(term.startswith(str(space)) for term in used)


def test_each_named_graph_says_whose_it_is(published, catalogue):
    for name, count in published.manifest.graphs.items():
        if name and name != "catalog":
            assert catalogue.value(URIRef(f"{BASE}graph/{name}"), VOID.triples) == Literal(count)
    deck, source = URIRef(f"{BASE}graph/deck-2021-05-31"), URIRef(f"{BASE}id/source/deck-2021-05-31")
    assert catalogue.value(deck, PROV.wasDerivedFrom) == source
    assert str(catalogue.value(deck, DCT.rights)) == "https://w3id.org/ogcm/code/rights/not-stated"
    assert len(str(catalogue.value(source, OGCM.sha256))) == 64
    curated, vocabulary = URIRef(f"{BASE}graph/curated"), URIRef(f"{BASE}graph/vocabulary")
    assert catalogue.value(curated, PROV.wasDerivedFrom) == URIRef(f"{BASE}id/source/curation")
    assert set(catalogue.objects(curated, DCT.license)) == {URIRef("https://creativecommons.org/publicdomain/zero/1.0/")}
    assert set(catalogue.objects(vocabulary, DCT.license)) == {URIRef("https://creativecommons.org/licenses/by/4.0/")}
    run = catalogue.value(deck, PROV.wasGeneratedBy)
    assert catalogue.value(run, PROV.used) == source and catalogue.value(run, OGCM.softwareVersion)


def test_no_time_stands_in_any_published_statement(published):
    for path in published.path.rglob("*"):
        if path.suffix in (".nt", ".ttl", ".csv", ".nq") and path.is_file():
            text = path.read_text(encoding="utf-8")
            assert published.manifest.created[:10] not in text and not re.search(r"T\d\d:\d\d:\d\d", text), path.name
