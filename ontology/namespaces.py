"""Every namespace and prefix of the project, once. Imports nothing of ours.

The vocabulary, code lists and shapes live at fixed w3id addresses and never follow a deployment's BASE
(blueprint 2); only instances under ``{BASE}id/`` and schemes under ``{BASE}concept/`` do.
"""

from rdflib import Namespace

OGCM = Namespace("https://w3id.org/ogcm/def#")
CODE = Namespace("https://w3id.org/ogcm/code/")
OGCM_SH = Namespace("https://w3id.org/ogcm/shapes#")

# rdflib's own DCAT constant predates DCAT 3 and its SDO constant is https, so these are declared here.
ADMS = Namespace("http://www.w3.org/ns/adms#")
CV = Namespace("http://data.europa.eu/m8g/")
DCAT = Namespace("http://www.w3.org/ns/dcat#")
DCT = Namespace("http://purl.org/dc/terms/")
FOAF = Namespace("http://xmlns.com/foaf/0.1/")
LDES = Namespace("https://w3id.org/ldes#")
ORG = Namespace("http://www.w3.org/ns/org#")
OWL = Namespace("http://www.w3.org/2002/07/owl#")
PROV = Namespace("http://www.w3.org/ns/prov#")
QB = Namespace("http://purl.org/linked-data/cube#")
RDF = Namespace("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
RDFS = Namespace("http://www.w3.org/2000/01/rdf-schema#")
SCHEMA = Namespace("http://schema.org/")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
SDGO = Namespace("http://metadata.un.org/sdg/ontology#")
SDMX_CODE = Namespace("http://purl.org/linked-data/sdmx/2009/code#")
SDMX_DIMENSION = Namespace("http://purl.org/linked-data/sdmx/2009/dimension#")
SH = Namespace("http://www.w3.org/ns/shacl#")
SKOS = Namespace("http://www.w3.org/2004/02/skos/core#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
TIME = Namespace("http://www.w3.org/2006/time#")
TREE = Namespace("https://w3id.org/tree#")
VANN = Namespace("http://purl.org/vocab/vann/")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
VOID = Namespace("http://rdfs.org/ns/void#")
XSD = Namespace("http://www.w3.org/2001/XMLSchema#")

PREFIXES: dict[str, str] = {
    "adms": str(ADMS),
    "cv": str(CV),
    "dcat": str(DCAT),
    "dct": str(DCT),
    "foaf": str(FOAF),
    "ldes": str(LDES),
    "ogcm": str(OGCM),
    "ogcm-sh": str(OGCM_SH),
    "org": str(ORG),
    "owl": str(OWL),
    "prov": str(PROV),
    "qb": str(QB),
    "rdf": str(RDF),
    "rdfs": str(RDFS),
    "schema": str(SCHEMA),
    "sd": str(SD),
    "sdgo": str(SDGO),
    "sdmx-code": str(SDMX_CODE),
    "sdmx-dimension": str(SDMX_DIMENSION),
    "sh": str(SH),
    "skos": str(SKOS),
    "spdx": str(SPDX),
    "time": str(TIME),
    "tree": str(TREE),
    "vann": str(VANN),
    "vcard": str(VCARD),
    "void": str(VOID),
    "xsd": str(XSD),
}

# Kinds of identifiers under {BASE}id/ (append-only, ontology_design section 8). The four authority tokens share the
# first path segment with the kinds, so both stand in one reserved list.
KINDS: tuple[str, ...] = (
    "area", "initiative", "plan", "commitment", "milestone", "activity", "org", "responsibility", "membership",
    "event", "report", "assessment", "status", "process", "stage", "topic", "workshop", "problem", "objective",
    "deliverable", "evidence", "figure", "observation", "period", "source", "passage", "identifier", "run", "link",
    "discrepancy", "claim", "dataset", "distribution", "service", "catalog",
)  # fmt: skip
AUTHORITIES: tuple[str, ...] = ("ogp", "iso", "inegi", "mx-cpa")
