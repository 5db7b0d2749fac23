"""Cells of real exports made fit to publish: text repair, language, redaction, dates by evidence.

Pure functions over the text of one cell; nothing here reads or writes a file. A text goes through them in this order:
`text.repair`, `redaction.redact`, `language.detect`; the original that is kept beside a repaired text goes through
`text.as_original` and then `redaction.redact` too.
"""
