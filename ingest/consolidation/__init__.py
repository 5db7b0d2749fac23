"""The consolidated view (ontology_design section 6, Discrepancy and Editions; section 7): one value where one is meant.

Everything that sources and curators say goes into the default graph, except that a property listed as single-valued
keeps the value of the highest precedence (curation > plan document > tracker > OGP database > presentation). Values that
really differ, compared at the coarser precision, leave a Discrepancy node with one Claim per source series. Within one
series the newest edition wins without a Discrepancy: what an older one said stays in that edition's graph. A plan or
commitment that the newest edition of a database leaves out stays, with `ogcm:lastSeenIn`.

The sources come as sorted files and are walked through together, subject by subject, so that what is held in memory is one
subject, the bounds of the periods, and what a few decisions need of other subjects.
"""

from ingest.consolidation.claims import SourceGraph
from ingest.consolidation.walk import Consolidated, Consolidation

__all__ = ["Consolidated", "Consolidation", "SourceGraph"]
