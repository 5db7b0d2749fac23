"""Cells of real exports made fit to publish: text repair, language, redaction, dates by evidence.

Pure functions over the text of one cell; nothing here reads or writes a file. A text goes through them in this order:
`text.repair`, `redaction.redact`, `language.detect`; the original that is kept beside a repaired text goes through `redaction.redact`
and `text.as_original`, and is kept only where, repaired, it is the text without data of persons again. `persons.redacted` is for
what is no text: it looks at a cell as written and repaired.
"""
