"""A small draft for tests: commitment 1 of plan 4, split into the graphs of a release as the pipeline would."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import pyoxigraph as ox

from commitments.release import Input
from ingest.publication import Draft, SourceFacts

HERE = Path(__file__).resolve().parent
BASE = "https://data.example.org/gobierno/"
ISSUED = dt.date(2021, 5, 31)
SETTINGS = {
    "publisher": "Example publisher",
    "contact": "https://data.example.org/contact",
    "licence": "https://creativecommons.org/licenses/by/4.0/",
}
REGISTRY_HEADER = b"seq,event,kind,key,natural_key,date,by,reason,target\n"


def sample_lines(base: str = BASE) -> list[bytes]:
    """The sample as sorted N-Triples lines."""
    turtle = (HERE / "sample.ttl").read_text(encoding="utf-8").replace("{BASE}", base)
    quads = ox.parse(turtle, format=ox.RdfFormat.TURTLE)
    return sorted({f"{quad.triple} .\n".encode() for quad in quads})


def write_graph(folder: Path, name: str, lines: list[bytes]) -> Path:
    path = folder / f"{name or 'consolidated'}.nt"
    path.write_bytes(b"".join(sorted(set(lines))))
    return path


def sample_draft(folder: Path, *, base: str = BASE, extra: str = "", settings: dict[str, str] | None = None) -> Draft:
    """A draft whose graph files stand in `folder`. `extra` is a title that makes the content another one."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = sample_lines(base)
    if extra:
        plan, title = f"<{base}id/plan/MX-4>", "<http://purl.org/dc/terms/title>"
        lines.append(f'{plan} {title} "{extra}"@en .\n'.encode())
    deck = [line for line in lines if b"mx-ogp-pages" not in line]
    graphs = {
        "": lines,
        "deck-2021-05-31": deck,
        "mx-ogp-pages": [line for line in lines if b"mx-ogp-pages" in line],
        "curated": [line for line in lines if b"curation" in line],
        "derived": [line for line in lines if b"#declaredCommitmentCount" in line],
        "candidates": [],
        "vocabulary": [b'<https://w3id.org/ogcm/def#Commitment> <http://www.w3.org/2000/01/rdf-schema#label> "Commitment"@en .\n'],
        "shapes": [b"<https://w3id.org/ogcm/shapes#A> <http://www.w3.org/ns/shacl#property> _:b0 .\n"],
    }
    read = Input(path="sources/mx_ogp_deck/contract.yml", sha256=hashlib.sha256(b"contract").hexdigest())
    registry = REGISTRY_HEADER + b"1,mint,plan,MX-4,ogp MX 4,2021-05-31,data editor,,\n"
    if extra:
        registry += f"1,mint,plan,MX-5,{extra},2021-05-31,data editor,,\n".encode()
    return Draft(
        base=base,
        issued=ISSUED,
        graphs={name: write_graph(folder, name, content) for name, content in graphs.items()},
        sources=[
            SourceFacts(
                key="deck-2021-05-31", title={"es": "Seminario Justicia Abierta Quintana Roo"}, issued=ISSUED,
                language="spa", sha256="492fc0fd3f7fa31ade1755aea5ad151525962a7cb2fdfdbfc81e2d99e999b277", inputs=(read,),
            ),
            SourceFacts(key="mx-ogp-pages", title={"en": "OGP member pages: Mexico"}, language="eng", status="not-held"),
            SourceFacts(
                key="curation", graph="curated", title={"es": "Decisiones", "en": "Decisions"},
                licence="https://creativecommons.org/publicdomain/zero/1.0/",
            ),
        ],
        inputs=[read],
        fingerprint=hashlib.sha256(f"{base} {extra}".encode()).hexdigest(),
        settings=SETTINGS if settings is None else settings,
        reports={"accounting.json": b"{}\n", "validation.ttl": b"", "validation.es.txt": b"ok\n"},
        registry={"plan": registry, "org": REGISTRY_HEADER},
        severities={"Violation": 0, "Warning": 1, "Info": 0},
    )  # fmt: skip
