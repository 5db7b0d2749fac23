"""Tables as rows: strict, streaming, every cell with file, row and column.

`TableReader.rows()` yields Row objects whose cells must each be taken (mapped), or be empty, ignored or derived by
contract; what is left over when the mapping is done with a row is a Problem. How files become records is in `ingest/formats/`.

Two modes, by contract. `strict` (tables that people keep here): any fault stops the build. `export` (files of others):
a fault of a row or cell goes to the quarantine, dirt in texts is left to `ingest/cleaning/`, and only a fault of the file as
a whole stops the build: damaged, truncated, of another delimiter or encoding, or with headers that the contract does not know,
unless it accepts other columns: then their cells go to the quarantine, without their values.

One pass through a file: `header` checks the header line, `columns` works out from it what is done to each row, `records` tells
which records are rows of the table, `cells` looks at what stands in them, the mapping takes it from the Row (`rows`), `booking`
books every cell, `expectations` looks at the rows together. `table_file` is what all of them know of the table.
"""

from ingest.readers.cells import LONGEST_CELL
from ingest.readers.rows import Row
from ingest.readers.table_file import UNREADABLE, TableFile
from ingest.readers.table_reader import TableReader

__all__ = ["LONGEST_CELL", "UNREADABLE", "Row", "TableFile", "TableReader"]
