"""What is wrong with a file as a whole: one exception that names row, code, what was found and what was expected."""

from __future__ import annotations


class FormatFault(Exception):
    """A file cannot be read (further). `row` is the row a spreadsheet shows, 0 = the whole file; both languages say what was expected."""

    def __init__(self, row: int, code: str, found: str, es: str, en: str):
        self.row, self.code, self.found, self.es, self.en = row, code, found, es, en
        super().__init__(f"{row or ''}: found {found!r}, expected {en} [{code}]")


class FileChanged(FormatFault):
    """The file is not what it was when reading began, or at an earlier pass."""

    def __init__(self, found: str):
        super().__init__(0, "file-changed", found, "un archivo que no cambie mientras se lee", "a file that does not change while it is read")
