"""Dates of the exports, read by evidence: an order of day and month is proven by a file's own cells, never assumed.

Two passes over a file. First every date cell is shown to `DateEvidence.observe`; a cell such as 28/5/2014 exists in one
order only and so proves it for its group (the country). Then `read_date` reads each cell and says how it knows:

- `certain`: the cell itself, or the proven order of its group, leaves one reading;
- `inferred`: one reading, by something outside the cell and its group: the order that the contract declares or that of all other groups of the file, of the
  same plan in a country that writes both ways, or the plan's own years (two-digit years, numbers that a spreadsheet program
  made of dates, dates of 1905 that it made of years);
- `ambiguous`: two readings, both kept, with what they agree on;
- `text`: a fact that is no date (Ongoing, 18 months), kept as written;
- `impossible` and `unreadable`: for the quarantine, with a reason in Spanish and English;
- `empty`: nothing in the cell.

Nothing outside the years FIRST to LAST is ever a reading. The grammar is our own and closed: general parsers of dates
(dateutil, dateparser) fill missing parts from today's date and choose an order by locale, which is guessing.
"""

from ingest.cleaning.dates.cells import FIRST, LAST, REASONS, DateCell, Reading, Status
from ingest.cleaning.dates.evidence import DateEvidence
from ingest.cleaning.dates.reading import read_date

__all__ = ["FIRST", "LAST", "REASONS", "DateCell", "DateEvidence", "Reading", "Status", "read_date"]
