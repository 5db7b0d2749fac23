"""Files that the command line names: whether they are there, and by which name messages speak of them."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter as Times
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commitments.console import Exit, Session
from commitments.plain import plain
from commitments.verbs.data_folder import not_utf8

if TYPE_CHECKING:
    from ingest.exports import Edition


def editions_of(session: Session, inputs: tuple[str, ...]) -> list[Any]:
    from ingest.exports import Edition

    editions = [Edition.parse(text) for text in inputs]
    remember_typed(session, editions)
    for text, edition in zip(inputs, editions, strict=True):
        name, equals, path = text.partition("=")
        if not edition.path.exists():
            if equals and name and "/" not in name and Path(path).exists():
                raise session.failure(Exit.USAGE, "input-name", path=text, name=name)
            raise session.failure(Exit.USAGE, "input-missing", path=text)
        if not (edition.path.is_dir() or edition.path.is_file()):
            raise session.failure(Exit.USAGE, "input-not-a-file", path=text)
        if not_utf8(edition.path.name):
            raise session.failure(Exit.USAGE, "name-not-utf8", name=text)
    return editions


def remember_typed(session: Session, editions: Iterable[Edition]) -> None:
    """How the command line names the files of its inputs, by how a release does: there no path of this machine stands."""
    given = list(editions)
    times = Times(edition.shown for edition in given)
    session.typed = {plain(edition.shown): plain(str(edition.path)) for edition in given if times[edition.shown] == 1}


def as_typed(session: Session, said: Any) -> Any:
    """A Problem or Note that names files of the command line as that does."""
    if not session.typed:
        return said
    inputs = re.compile(rf"(?<!\S)(?:{'|'.join(map(re.escape, session.typed))})(?![^\s:,;/])")  # a folder goes on with its file
    names = [field.name for field in dataclasses.fields(said) if field.name in ("file", "es", "en", "expected_es", "expected_en")]
    return dataclasses.replace(said, **{name: inputs.sub(lambda found: session.typed[found[0]], plain(getattr(said, name))) for name in names})
