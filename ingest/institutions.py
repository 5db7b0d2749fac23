"""Institution cells of an export: which bodies a cell names, in which role, and what nobody can tell for certain.

A cell is split only where the split is sure: at a separator that the contract declares, at list markers, or where the
authority table knows every part. A comma, "and", "y" or "&" is part of many names and parts nothing by itself. What is
left unresolved makes no node: the cell stays a text, and its name goes to the curator's review (`ingest.review`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from pydantic import BaseModel, ConfigDict, Field

from ingest import uris
from ingest.authority import Authority, Decision, Mention
from ingest.remembering import remembering

# Titles that stand before the name of a person. Words that also start the name of a body ("Hon. Cámara") are seen below.
PERSON_TITLES = (
    "Mr", "Mrs", "Ms", "Dr", "Dra", "Hon", "Prof", "Profa", "Sr", "Sra", "Srta", "Lic", "Licda", "Ing", "Mtro", "Mtra", "Arq", "Abg", "Dip",
    "Sen", "Exmo", "Exma", "Excmo", "Excma", "Mme", "Mlle", "Monsieur", "Madame", "Engr", "Atty", "Bpk", "Bapak", "Ibu", "Adv",
)  # fmt: skip
# The same, but also part of an office ("Senador Federal"): a name and a surname must follow.
PERSON_OFFICES = ("Diputado", "Diputada", "Senador", "Senadora", "Deputado", "Deputada", "Député", "Députée", "Senator", "Congressman", "Congresswoman")
CONNECTORS = (",", "/", "&", "+", " - ", " – ", "and", "y", "e", "et", "und", "dan", "og", "\n")

# "unknown-name": no body has it; "several-bodies": perhaps several, not split; "national-name": a state's cell with a name that
# the table knows only as a body of the national government; "homoglyph": letters of two alphabets; "person": withheld.
KINDS = ("unknown-name", "several-bodies", "national-name", "homoglyph", "person")
_LONGEST_RUN = 4  # pieces between declared separators that may be one name
_LONG_CELL = 2_000  # characters of a cell whose reading is worth remembering
_MOST_COMMAS = 8  # in "unit, its parent", where each may hold commas itself
SHOWN = 600  # characters of a text in the review; what is longer ends in a digest, and can be decided on all the same

_BREAK = re.compile(r"<br\s*/?>|\r\n?|[\v\f\u0085\u2028\u2029]", re.IGNORECASE)
_BULLETS = "•●▪◦‣∙○■□◆►➢✓➤⁃\ue000-\uf8ff"
_BULLET = re.compile(rf"[ \t]*[{_BULLETS}][ \t]*")
_NUMBER = re.compile(r"[ \t]*(?:\(?\d{1,2}[.)]|\(?[a-z]{1,4}\))[ \t]+")
_DASH = re.compile(r"[ \t]*[-–—*·][ \t]+")
_HYPHENATED = re.compile(r"(?<=\w)-[ \t]*\n[ \t]*(?=[a-z\u00df-\u00ff])")
_ENDS_OPEN = re.compile(r"(?:[,&/-]|\b(?:de|del|la|el|los|las|y|e|of|the|for|and|to|in|on|da|do|das|dos|des|du|et|para|con|en|a))\s*$", re.IGNORECASE)
_ARTICLE = re.compile(r"(?:the|el|la|los|las|le|les|os|as)\s+", re.IGNORECASE)
_BODY_NOUNS = "C[áâ]mara Senado Congreso Congresso Concejo Consejo Tribunal Corte Ayuntamiento Legislatura Asamblea Chamber Senate House Parliament Court Council"
_NOT_A_BODY = rf"(?!(?:{_BODY_NOUNS.replace(' ', '|')})\b)"


class InstitutionRules(BaseModel):
    """What a contract says of the institution cells of its tables."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    separators: tuple[str, ...] = (";",)  # these part a cell always
    connectors: tuple[str, ...] = CONNECTORS  # these part it where the authority table knows every part
    roles: Mapping[str, str | None] = Field(default_factory=dict)  # heading inside a cell -> code/role; null: it only groups
    person_titles: tuple[str, ...] = PERSON_TITLES
    longest: int = 20_000  # characters; a longer cell is not looked into but for persons


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A part of a cell that names no known body for certain; `kind` is one of KINDS."""

    text: str
    role: str
    kind: str
    decided: bool = False  # a curator said that it stays a text, or it is the bare word of a role: no review, no quarantine


@dataclass(frozen=True, slots=True)
class CellReading:
    """One cell: its bodies with their roles, in its order, and what stays unresolved."""

    mentions: tuple[tuple[str, Mention], ...]
    unresolved: tuple[Unresolved, ...]
    whole_text: str  # the cell, white space folded

    @property
    def withheld(self) -> bool:
        """The cell names a person: its text stands in no output."""
        return any(item.kind == "person" for item in self.unresolved)

    @property
    def literal(self) -> str | None:
        """The text to publish as …InstitutionText: the whole cell while anything of it is unresolved."""
        return self.whole_text if self.unresolved and not self.withheld else None

    @property
    def open(self) -> tuple[Unresolved, ...]:
        """What a curator has not decided yet."""
        return tuple(item for item in self.unresolved if not item.decided)

    def quarantine(self) -> Iterator[tuple[str, str, str, str]]:
        """Entries for the quarantine: code, what was found (never a person's name), what was expected in Spanish and in English.

        A single unknown name is none: its text is published, and the review lists it.
        """
        told = set()
        for item in self.open:
            if item.kind in _EXPECTED and item.kind not in told:
                told.add(item.kind)
                found = "" if item.kind == "person" else self.whole_text if item.kind == "several-bodies" else item.text
                yield (item.kind, found, *_EXPECTED[item.kind])


# What would have made the cell readable; its text is published as it stands, except where it names a person.
_EXPECTED = {
    "several-bodies": ("un organismo, o varios con un separador que el contrato declare", "one body, or several with a separator that the contract declares"),
    "homoglyph": ("un nombre en letras de un solo alfabeto", "a name in letters of one alphabet"),
    "national-name": ("un organismo del propio gobierno local, o una decisión en data/curated/", "a body of the local government itself, or a decision in data/curated/"),
    "person": ("un organismo; la celda nombra a una persona y no se publica", "a body; the cell names a person and is withheld"),
}  # fmt: skip


_Parts = tuple[tuple[tuple[str, Mention], ...], tuple[Unresolved, ...]]  # of a part of a cell: its bodies with their roles, what stays unresolved


class InstitutionReader:
    """Reads the institution cells of one source. Cells and the names in them repeat, so the last `cache` readings of each are kept;
    memory is bounded."""

    def __init__(self, authority: Authority, rules: InstitutionRules, *, cache: int = 8192):
        self.authority = authority
        self.rules = rules
        self._headings = _heading_patterns(rules.roles)
        self._role_of = {_squeezed(word): role for word, role in rules.roles.items()}
        self._connector = _connector_pattern(rules.connectors)
        self._person = _person_pattern(rules.person_titles)
        self._lines = "\n" in rules.separators
        self._inline = tuple(item for item in rules.separators if item != "\n")
        self._starts: dict[str, tuple[frozenset[str], int]] = {}  # area -> first words of its names; areas are few
        self.read = remembering(cache, _LONG_CELL)(self._read)
        # The bodies of a cell are named in other cells too, beside others.
        self._sure, self._item = remembering(cache, SHOWN)(self._find), remembering(cache, SHOWN)(self._understood)

    # -- one cell ---------------------------------------------------------------------------------------------

    def _read(self, text: str, area: str, role: str) -> CellReading:
        """Read one cell of an area ("MX", or the area's key for a local member, "MX-JAL"); `role`: the column's own role.

        `text` comes repaired and redacted, with its line breaks (`<br/>` counts as one).
        """
        text = _BREAK.sub("\n", text).strip()
        whole = " ".join(text.split())
        if not whole:
            return CellReading((), (), "")
        if len(text) > self.rules.longest:
            left = Unresolved("", role, "person") if self._person.search(whole) else Unresolved(whole, role, "several-bodies")
            return CellReading((), (left,), whole)
        known = self._sure(text, area, role)
        if known is not None:
            return CellReading(*known, whole)
        mentions: list[tuple[str, Mention]] = []
        unresolved: list[Unresolved] = []
        understood, content, headed = True, False, False
        for heading, own_role, segment in self._segments(text, role):
            headed = headed or bool(heading)
            items = list(self._items(segment, area))
            content = content or bool(items)
            if heading and not items:
                unresolved.append(Unresolved(heading, own_role, "unknown-name", decided=True))
            for item in items:
                if isinstance(item, Mention):
                    mentions.append((own_role, item))
                    continue
                understood = understood and not item.rstrip().endswith(":")
                found, left = self._item(item, area, own_role)
                mentions += found
                unresolved += left
        if not understood or not content:
            # A heading that the contract does not know, or nothing but headings: the cell's shape says something unknown.
            mentions = []
            unresolved = [Unresolved(whole, role, "several-bodies") if content else Unresolved(whole, role, "unknown-name", decided=headed)]
        if self._person.search(" ".join(item.text for item in unresolved if not item.decided)):
            unresolved = [Unresolved("", role, "person")]
        # A body named twice in one role is one responsibility, under the first of its spellings.
        once: dict[tuple[str, str], tuple[str, Mention]] = {}
        for own_role, mention in mentions:
            once.setdefault((own_role, mention.body.key), (own_role, mention))
        return CellReading(tuple(once.values()), tuple(dict.fromkeys(unresolved)), whole)

    def _find(self, part: str, area: str, role: str) -> _Parts | None:
        """The part as a whole: decided by a curator, or the name of a body; None when neither."""
        written = _trimmed(part)
        wanted = uris.folded(written)
        decision = self.authority.meet(area, uris.folded(shown(written)))
        if decision is not None:
            return self._decided(decision, written, role)
        if mixed_scripts(written):
            return None
        mention = self._mention(written, wanted, area) or self._unhyphenated(part, area)
        return (((role, mention),), ()) if mention is not None else None

    def _decided(self, decision: Decision, written: str, role: str) -> _Parts:
        role = decision.role or role
        if decision.kind == "text-only":
            return (), (Unresolved(written, role, "unknown-name", decided=True),)
        bodies = [self.authority.body(key) for key in decision.orgs]
        # A key that nobody describes is a problem of the curated table, reported there; the text is kept meanwhile.
        left = () if all(bodies) else (Unresolved(written, role, "unknown-name"),)
        spelling = decision.kind != "split"
        return tuple((role, Mention(written, body, spelling=spelling)) for body in bodies if body is not None), left

    def _unhyphenated(self, part: str, area: str) -> Mention | None:
        """A word parted at the end of a line ("Go-\\nvernment"), where the name without the hyphen is known."""
        if "-" not in part or not _HYPHENATED.search(part):
            return None
        joined = _trimmed(_HYPHENATED.sub("", part))
        mention = self._mention(joined, uris.folded(joined), area)
        return None if mention is None else Mention(mention.written, mention.body, mention.parent)

    def _mention(self, written: str, wanted: str, area: str) -> Mention | None:
        """The body that a text names as a whole: by name, as "name (ACRONYM)" of the same body, or as "unit, its parent"."""
        body = self.authority.find_folded(wanted, area)
        if body is not None:
            return Mention(written, body)
        acronym = re.fullmatch(r"(.+?)\s*\(([^()]+)\)\W*", written)
        if acronym is not None:
            body = self.authority.find(acronym[1], area)
            if body is not None and self.authority.find(acronym[2], area) is body:
                return Mention(written, body)
        if "," in written and len(written) <= SHOWN and written.count(",") <= _MOST_COMMAS:
            pieces = written.split(",")
            for cut in range(1, len(pieces)):
                unit, parent = (self.authority.find(",".join(part), area) for part in (pieces[:cut], pieces[cut:]))
                if unit is not None and parent is not None and unit.parent == parent.key:
                    return Mention(written, unit, parent)
        return None

    # -- headings, separators and list markers: the sure splits -------------------------------------------------

    def _segments(self, text: str, role: str) -> Iterator[tuple[str, str, str]]:
        """The cell parted at its headings: heading as written ("" before the first), role, text below it."""
        found = {(match.start("word"), -match.end("word"), match.end()) for pattern in self._headings for match in pattern.finditer(text)}
        heading, own_role, at = "", role, 0
        for begin, end, after in ((first, -last, after) for first, last, after in sorted(found)):
            if begin < at:
                continue  # inside a heading seen before; of two at one place the longer came first
            before = text[at:begin]
            if heading or _trimmed(_BULLET.sub(" ", before)):
                yield heading, own_role, before
            heading = " ".join(text[begin:end].split())
            own_role = self._role_of[_squeezed(heading)] or role
            at = after
        yield heading, own_role, text[at:]

    def _items(self, segment: str, area: str) -> Iterator[str | Mention]:
        """The items of a segment: list items, then what the declared separators part; a known name is never parted."""
        for block in _list_items(segment):
            if not _trimmed(block):
                continue
            if self._sure(block, area, "") is not None:
                yield block
                continue
            yield from self._parted(block, self._inline, area)

    def _parted(self, block: str, separators: tuple[str, ...], area: str) -> Iterator[str | Mention]:
        if not separators:
            yield from self._by_line(block, area) if self._lines else [block]
            return
        pieces = block.split(separators[0])
        start = 0
        while start < len(pieces):
            # The longest run of pieces that is sure wins: a name may hold the separator itself.
            for end in range(min(len(pieces), start + _LONGEST_RUN), start + 1, -1):
                run = separators[0].join(pieces[start:end])
                if len(run) <= SHOWN and self._sure(run, area, "") is not None:
                    yield run
                    start = end
                    break
            else:
                if _trimmed(pieces[start]):
                    yield from self._parted(pieces[start], separators[1:], area)
                start += 1

    def _by_line(self, block: str, area: str) -> Iterator[str]:
        """Lines as items, where the contract says so and no line looks like the middle of a name."""
        lines = [line for line in block.split("\n") if _trimmed(line)]
        yield from [block] if self._wrapped(lines, area) else lines

    def _wrapped(self, lines: list[str], area: str) -> bool:
        """Whether a line looks like the middle of a name: it ends or begins in one, or is a single word that names nobody."""
        if any(_ENDS_OPEN.search(line) for line in lines[:-1]) or any(line.lstrip()[:1].islower() or line.lstrip()[:1] == "(" for line in lines[1:]):
            return True
        return any(len(line.split()) == 1 and self._sure(line, area, "") is None for line in lines)

    # -- one item -----------------------------------------------------------------------------------------------

    def _understood(self, item: str, area: str, role: str) -> _Parts:
        known = self._sure(item, area, role)
        if known is not None:
            return known
        written = _trimmed(item)
        if mixed_scripts(written) or self._looks_like_latin(written, area):
            return (), (Unresolved(written, role, "homoglyph"),)
        parts = self._known_parts(item, area)
        if parts:
            return tuple((role, mention) for mention in parts), ()
        lines = [line for line in item.split("\n") if _trimmed(line)]
        if self._connector.search(written) or (len(lines) > 1 and self._connector.search("\n") and not self._wrapped(lines, area)):
            return (), (Unresolved(written, role, "several-bodies"),)
        kind = "national-name" if "-" in area and self.authority.national(uris.folded(written), area) is not None else "unknown-name"
        return (), (Unresolved(written, role, kind, decided=self._is_role(written)),)

    def _is_role(self, written: str) -> bool:
        """Whether a text is nothing but the word of a role, which names nobody."""
        return _squeezed(written.rstrip(" :.")) in self._role_of

    def _known_parts(self, item: str, area: str) -> list[Mention]:
        """The bodies of an item whose every part the table knows; [] when a part is unknown or the reading is not certain."""
        item = item.strip()
        cuts = [(0, 0), *(match.span() for match in self._connector.finditer(item)), (len(item), len(item))]
        if len(cuts) == 2:
            return []
        pieces = [(cuts[index][1], cuts[index + 1][0]) for index in range(len(cuts) - 1)]
        starts, longest = self._first_words(area)
        mentions: list[Mention] = []
        at = 0
        while at < len(pieces):
            if not item[slice(*pieces[at])].strip():
                at += 1
                continue
            found = self._longest(item, pieces, at, area, starts, longest)
            if found is None:
                return []
            mention, at = found
            mentions.append(mention)
        # "A, unit, its parent": nobody can tell whether the parent is named for itself.
        uncertain = any(unit.body.parent == parent.body.key for unit, parent in pairwise(mentions))
        return [] if uncertain or len(mentions) < 2 else mentions

    def _longest(self, item: str, pieces: list[tuple[int, int]], at: int, area: str, starts: frozenset[str], longest: int) -> tuple[Mention, int] | None:
        """The longest run of pieces from `at` that names a body, and the piece after it."""
        begin = pieces[at][0]
        if at:
            article = _ARTICLE.match(item, begin + len(item[begin:]) - len(item[begin:].lstrip()))
            # After "and", an article belongs to the sentence, unless the table knows it as part of the name.
            bare = article.end() if article else begin
        else:
            bare = begin
        for origin in dict.fromkeys((begin, bare)):
            first = uris.folded(item[origin : pieces[at][1]]).partition(" ")[0]
            if first not in starts:
                continue
            last = at + 1
            while last < len(pieces) and pieces[last][1] - origin <= longest:
                last += 1
            for end in range(last, at, -1):
                written = _trimmed(item[origin : pieces[end - 1][1]])
                mention = self._mention_in_list(written, area)
                if mention is not None:
                    return mention, end
        return None

    def _mention_in_list(self, written: str, area: str) -> Mention | None:
        mention = self._mention(written, uris.folded(written), area)
        return mention if mention is None or mention.parent is None else None

    def _first_words(self, area: str) -> tuple[frozenset[str], int]:
        """The first words of the names of an area, and how many characters of a cell one of its names may take at most."""
        if area not in self._starts:
            names = [name for name, _ in self.authority.names(area)]
            # Twice: an acronym in brackets, signs and white space are not part of the folded name.
            self._starts[area] = frozenset(name.partition(" ")[0] for name in names), 2 * max(map(len, names), default=0) + 20
        return self._starts[area]

    def _looks_like_latin(self, written: str, area: str) -> bool:
        """A name in other letters that reads as a known one in Latin letters: "ІМСО" in Cyrillic."""
        if written.isascii():
            return False
        latin = written.translate(_LOOKALIKES)
        return latin != written and self.authority.find(latin, area) is not None


# -- text ---------------------------------------------------------------------------------------------------------


def shown(text: str) -> str:
    """A text as the review prints it and a decision repeats it: one line; a long one cut, with a digest of the whole."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN or re.search(r"… #[0-9a-f]{8}$", line) else f"{line[:SHOWN].rstrip()} … #{uris.digest(line, 8)}"


def mixed_scripts(text: str) -> bool:
    """Whether a word of the text mixes letters of the Latin, Greek and Cyrillic alphabets, which look alike."""
    return not text.isascii() and any(len(_alphabets(word)) > 1 for word in re.findall(r"[^\W\d_]+", text))


def odd_letters(text: str) -> str:
    """The letters of a text that are not Latin, with their numbers: what the eye does not tell apart ("С U+0421")."""
    odd = dict.fromkeys(char for char in text if char.isalpha() and not unicodedata.name(char, "").startswith("LATIN"))
    return ", ".join(f"{char} U+{ord(char):04X}" for char in list(odd)[:5])


@lru_cache(maxsize=16_384)
def _alphabets(word: str) -> set[str]:
    return {name for char in word if (name := unicodedata.name(char, "").partition(" ")[0]) in ("LATIN", "GREEK", "CYRILLIC")}


_LOOKALIKES = str.maketrans("АВЕКМНОРСТУХІЈЅаеорсухіјѕΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEKMHOPCTYXIJSaeopcyxijsABEZHIKMNOPTYXo")


@remembering(16_384, SHOWN)
def _trimmed(part: str) -> str:
    """The part as one line, without list markers around it and punctuation that ends a list item."""
    part = _BULLET.sub(" ", part).strip()
    mark = _NUMBER.match(part)
    if mark is not None and mark[0].strip(" \t().") in ("1", "a", "i"):
        part = part[mark.end() :]
    line = " ".join(part.split()).strip(" \t,;")
    return line[:-1].rstrip() if line.endswith(".") and not re.search(r"\b\w\.$|\.\w+\.$", line) else line


def _list_items(segment: str) -> Iterator[str]:
    """The items of a list whose lines start with bullets, numbers or dashes; the segment itself when it is no list.

    A line without marker goes on with the item above it; text above the first marker is an item of its own when it is the
    only other one, else the segment is no plain list.
    """
    lines = segment.split("\n")
    for pattern, least in ((_BULLET, 1), (_NUMBER, 2), (_DASH, 2)):
        if len(lines) < least:
            break
        marked = [index for index, line in enumerate(lines) if pattern.match(line)]
        if len(marked) < least:
            continue
        intro = "\n".join(lines[: marked[0]])
        if intro.strip():
            if pattern is _BULLET and len(marked) == 1:
                continue
            # What stands above a list is its heading, and this one the contract does not declare.
            yield f"{intro.rstrip().rstrip(':')}:"
        for start, end in zip(marked, [*marked[1:], len(lines)], strict=True):
            yield "\n".join([lines[start][pattern.match(lines[start]).end() :], *lines[start + 1 : end]])  # type: ignore[union-attr]
        return
    yield segment


def _squeezed(word: str) -> str:
    return "".join(word.split()).casefold()


def _heading_patterns(roles: Mapping[str, str | None]) -> list[re.Pattern[str]]:
    """Two patterns: a heading that starts a line (with a colon, or alone), and one inside a line (capital and colon)."""
    if not roles:
        return []
    words = sorted(roles, key=lambda word: (-len(word), word))
    # A narrow column of a PDF breaks words anywhere: "Corresponsable\ns:".
    spaced = ["".join(r"\s+" if char == " " else re.escape(char) + r"\s?" for char in word).removesuffix(r"\s?") for word in words]
    lines = "|".join(spaced)
    capital = "|".join(re.escape(word[0].upper()) + pattern.removeprefix(re.escape(word[0])) for word, pattern in zip(words, spaced, strict=True))
    mark = rf"[ \t]*(?:[{_BULLETS}\-–—*;][ \t]*)?"
    return [
        re.compile(rf"(?:^|(?<=[{_BULLETS};])){mark}(?P<word>{lines})(?:\s*:|(?=\s*(?:\n|\Z|[{_BULLETS}])))", re.IGNORECASE | re.MULTILINE),
        re.compile(rf"(?<=[\s.,;)])(?P<word>{capital})\s*:"),
    ]


def _connector_pattern(connectors: tuple[str, ...]) -> re.Pattern[str]:
    """Words stand between blanks; signs stand anywhere."""
    signs = [re.escape(item) for item in connectors if not item.isalpha()]
    words = [re.escape(item) for item in connectors if item.isalpha()]
    alternatives = [*signs, *([rf"(?<=\s)(?:{'|'.join(words)})(?=\s)"] if words else [])]
    return re.compile("|".join(alternatives) or r"(?!)")


def _person_pattern(titles: tuple[str, ...]) -> re.Pattern[str]:
    name = r"[^\W\d_a-z][^\W\d_]+"
    plain = rf"\b(?:{'|'.join(map(re.escape, titles))})\b\.?\s+{_NOT_A_BODY}{name}"
    office = rf"\b(?:{'|'.join(PERSON_OFFICES)})\s+{_NOT_A_BODY}{name}\s+{name}"
    return re.compile(f"{plain}|{office}" if titles else office)
