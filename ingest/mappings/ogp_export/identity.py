"""Which commitment a row describes (ontology_design section 8), the first rule that applies:

1. the curated identity table says it of the row's OGP id;
2. the OGP id is registered;
3. another edition of the database has the same plan, number and normalised title, unique on both sides (an edition without
   numbers: plan and title).

Anything less is a resource of its own. Its key speaks at birth (`AL-1-07`); where the number is missing, repeated or taken,
six digits of a hash tell it apart. Nothing here depends on the order of the rows.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from ingest import uris
from ingest.context import SourceContext
from ingest.mappings.ogp_export import names
from ingest.mappings.ogp_export.observation import Observed, text_digest, title_of, token_of
from ingest.mappings.ogp_export.places import PlanOfRow
from ingest.readers import Row

OGP_ID = re.compile(r"[A-Z]{2,4}[0-9]{4,6}")


class Identity:
    """Keys of the commitments of one edition."""

    def __init__(self, context: SourceContext, observed: Observed):
        self._context = context
        self._registry = context.build.registry
        self._observed = observed
        table = observed.table
        self._number, self._title = table.means("number"), table.means("title")
        self._text, self._id = table.means("text"), table.means("commitment-id")
        self._series = context.contract.series
        self.rules: Counter[str] = Counter()
        self._journal = context.build.journal
        self._claimed: dict[str, None] = {}  # keys that a row of this edition describes
        self._alike: dict[str, int] = {}  # natural -> rows of this edition that have it and nothing to tell them apart
        # Registered naturals of this database: (plan, digest of the title) -> keys with their number tokens.
        self._titled: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
        self._outside: dict[str, set[str]] = defaultdict(set)  # key -> ids given by others
        for outside, key in self._registry.aliases("commitment"):
            self._outside[self._registry.survivor("commitment", key)].add(outside)
        registered: dict[str, set[tuple[str, str]]] = defaultdict(set)  # known key -> number tokens and digests of titles, in whatever edition
        for natural, key in self._registry.naturals("commitment"):
            parts = natural.split()
            if len(parts) >= 4 and parts[0] == self._series:
                registered[self._registry.survivor("commitment", key)].add((parts[2], parts[3]))
            # The plan in which a commitment was registered: "ogp MX-3 07 4e2f…" of editions, "MX-3 7" of the deck's tables.
            if len(parts) >= 4:
                context.build.plan_of_commitment.setdefault(key, parts[1])
            elif len(parts) == 2:
                context.build.plan_of_commitment.setdefault(key, parts[0])
            if len(parts) == 4 and parts[0] == self._series:
                self._titled[parts[1], parts[3]].add((key, parts[2]))
        self._doubtful = self._ids_of_others(registered)
        held = self._held(self._doubtful)
        self._exchanged = {outside: key for outside, key in self._doubtful.items() if outside not in held}
        self._holder: dict[str, str] = {}  # known key -> the id of this edition that has it, the first in the order of letters
        for outside in sorted(observed.ids):
            if outside not in self._exchanged and (known := self._known(outside)) is not None:
                self._holder.setdefault(known, outside)

    def _ids_of_others(self, registered: dict[str, set[tuple[str, str]]]) -> dict[str, str]:
        """Ids that may have been exchanged or renumbered within a plan: id of this edition -> the commitment whose number and title its row has.

        The id is registered for a commitment, the row's number and title for another one, which has an id of its own.
        """
        found: dict[str, str] = {}
        for outside, (area, number, token, title) in self._observed.named.items():
            if self._observed.ids[outside] > 1 or not title or self._observed.titled[area, number, token.lower(), title] > 1:
                continue
            known = self._known(outside)
            plan_key = self._context.build.plan_of_commitment.get(known or "")
            if known is None or plan_key is None or (token, title) in registered[known] or ("ogp", outside) in self._context.build.identities:
                continue
            key = self._registry.find_natural("commitment", f"{self._series} {plan_key} {token} {title}")
            key = None if key is None else self._registry.survivor("commitment", key)
            if key is not None and self._outside.get(key):
                found[outside] = key
        return found

    def _held(self, found: dict[str, str]) -> set[str]:
        """Those of `_ids_of_others` that hold all the same, as another row rightly has the id of the commitment whose number and title they have."""
        waiting: dict[str, list[str]] = defaultdict(list)  # id of this edition -> ids that hold where it does
        for outside, key in found.items():
            for own in self._outside[key]:
                if self._observed.ids[own]:
                    waiting[own].append(outside)
        held: set[str] = set()
        rightly = [own for own in waiting if own not in found]
        while rightly:
            freed = set(waiting.pop(rightly.pop(), ())) - held
            held |= freed
            rightly.extend(freed)
        return held

    def outside_id(self, row: Row, plan: PlanOfRow, plan_key: str) -> str | None:
        """The row's OGP id, None when it has none that can be its own: a text of another form is set aside, and so is an id of another country.

        An id with the prefix of another country is a slip, or a row in the wrong place; which of both nobody can tell. So the row neither
        becomes that country's commitment nor takes the id from it. The same goes for a prefix that no table has, where that of the row's area is
        known. Where a curator or an earlier build gave this very plan the id, it holds.
        The same goes for an id that is registered for a commitment of another plan: the row is kept as a commitment of its own plan, and a
        curator decides; and for one of another commitment of the plan where number and title say so (`_ids_of_others`).
        """
        if self._id is None:
            return None
        text = uris.trimmed(row.peek(self._id))
        if not text:
            return None
        if not OGP_ID.fullmatch(text):
            row.problem(self._id, "ogp-id", text, "un identificador de OGP como MX0075", "an OGP id such as MX0075")
            return None
        places = self._context.build.places
        elsewhere, own = names.of_another_country(places, text, plan.place.country), names.of_no_country(places, text, plan.place.area)
        if elsewhere is not None or own is not None:
            decided = ("ogp", text) in self._context.build.identities
            if not decided and self._context.build.plan_of_commitment.get(self._known(text) or "") != plan_key:
                es, en = f"un identificador de {plan.place.area}", f"an id of {plan.place.area}"
                if elsewhere is not None:
                    row.quarantine(self._id, "id-of-another-country", text, f"{es}; este es de {elsewhere}", f"{en}; this one is of {elsewhere}")
                else:
                    row.quarantine(self._id, "id-of-no-country", text, f"{es}, que empieza con {own}", f"{en}, which begins with {own}")
                return None
        if self._observed.ids[text] > 1:
            # Which of the rows the id means cannot be told: none of them has it, and all are kept.
            row.quarantine(self._id, "repeated-id", text, "un identificador por fila", "an id that no other row has")
            return None
        known = self._known(text)
        if known is None:
            return text
        if text in self._doubtful and self._context.build.plan_of_commitment[known] == plan_key:
            own, exchanged = self._doubtful[text], text in self._exchanged
            es = f"un identificador de {own}, cuyo número y título tiene la fila; este es de {known}"
            en = f"an id of {own}, whose number and title the row has; this one is of {known}"
            if exchanged:
                row.quarantine(self._id, "id-of-another-commitment", text, es, en)
                return None
            row.report(self._id, "id-and-title", text, f"{es}, y vale", f"{en}, and holds")
        if self._holder.get(known, text) != text:
            row.quarantine(self._id, "repeated-id", text, f"un identificador por compromiso; {known} tiene {self._holder[known]}",
                           f"one id per commitment; {known} has {self._holder[known]}")  # fmt: skip
            return None
        registered = self._context.build.plan_of_commitment.get(known, plan_key)
        if registered != plan_key:
            row.quarantine(self._id, "id-of-another-plan", text, f"un compromiso de {plan_key}; {known} es de {registered}",
                           f"a commitment of {plan_key}; {known} is one of {registered}")  # fmt: skip
            return None
        return text

    def key(self, row: Row, plan: PlanOfRow, plan_key: str, outside_id: str | None) -> str:
        """The commitment's key, registered or minted. `outside_id` is what `outside_id` said of the row."""
        known = self._known(outside_id) if outside_id is not None else None
        if known is not None:
            self._count("ogp-id")
            return self._claim(known, plan_key)
        key = self._of_editions(row, plan, plan_key, outside_id)
        if outside_id is not None:
            self._registry.add_alias("commitment", key, outside_id, self._context.date)
        return key

    def _known(self, outside_id: str) -> str | None:
        """The key that a curator's table or the registry has for an id.

        A curator's key that was never minted is a slip, which the table's own check reports: followed here, it would mint that key,
        and every address of the commitment that was meant would be withdrawn.
        """
        known = self._context.build.identities.get(("ogp", outside_id))
        if known is None or self._registry.state("commitment", known) is None:
            known = self._registry.alias("commitment", outside_id)
        return None if known is None else self._registry.survivor("commitment", known)

    def _of_editions(self, row: Row, plan: PlanOfRow, plan_key: str, outside_id: str | None) -> str:
        observed = self._observed
        token, title = token_of(row, self._number, plan.place.country), title_of(row, self._title)
        where = (plan.place.area, plan.number)
        natural = f"{self._series} {plan_key} {token} {title or 'x'}"
        repeated = observed.titled[(*where, token.lower(), title)] > 1
        if repeated or not title:
            return self._told_apart(row, plan, plan_key, token, title, natural)
        key = self._registry.find_natural("commitment", natural) or self._by_title(where, plan_key, token, title)
        if key is not None:
            key = self._registry.survivor("commitment", key)
            if key not in self._claimed and self._free_for(key, outside_id):
                self._count("edition")
                return self._claim(key, plan_key)
            natural = f"{natural} {outside_id or row.digest()}"
            key = self._registry.find_natural("commitment", natural)
            if key is not None and key not in self._claimed:
                self._count("edition")
                return self._claim(key, plan_key)
        return self._mint(row, plan_key, token, natural, unique=observed.tokens[(*where, token.lower())] == 1)

    def _free_for(self, key: str, outside_id: str | None) -> bool:
        """Whether a registered commitment may be this row's: not where its OGP id is another's, or stands in another row of the edition."""
        others = self._outside.get(key, set())
        return not others or outside_id in others or (outside_id is None and not any(self._observed.ids[other] and other not in self._exchanged for other in others))

    def _by_title(self, where: tuple[str, str], plan_key: str, token: str, title: str) -> str | None:
        """A commitment of another edition with the same plan and title, where one of the two has no number."""
        if self._observed.by_title[(*where, title)] != 1:
            return None
        found = self._titled.get((plan_key, title), set())
        if len(found) != 1:
            return None
        key, other = next(iter(found))
        return key if "x" in (token, other) else None

    def _told_apart(self, row: Row, plan: PlanOfRow, plan_key: str, token: str, title: str, natural: str) -> str:
        """A row whose number and title another row of the plan has, too: its full text decides, else all its cells."""
        text = row.peek(self._text) if self._text else ""
        alone = self._observed.texts[text_digest(plan, token, title, text)] == 1
        natural = f"{natural} {uris.digest(uris.folded(text), 12)}" if alone else f"{natural} {row.digest()}"
        # Rows alike in every cell: which is which cannot be told, only that there are several.
        times = self._alike.get(natural, 0) + 1
        numbered = natural if times == 1 else f"{natural} {times}"
        while (key := self._registry.find_natural("commitment", numbered)) is not None and key in self._claimed:
            times += 1
            numbered = f"{natural} {times}"
        self._journal.note(self._alike, natural)
        self._alike[natural] = times
        if key is not None:
            self._count("edition")
            return self._claim(key, plan_key)
        return self._mint(row, plan_key, token, numbered, unique=False, distinct="" if alone else row.digest(), times=times)

    def _mint(self, row: Row, plan_key: str, token: str, natural: str, *, unique: bool, distinct: str = "", times: int = 1) -> str:
        """`times`: the how many-th of rows alike this one is."""
        title = row.peek(self._title) if self._title else ""
        text = row.peek(self._text) if self._text else ""
        proposal = f"{plan_key}-{token}"
        if not unique or token == "x" or self._registry.known("commitment", proposal):
            proposal = f"{plan_key}-{token}-{uris.digest(uris.folded(f'{title} {text}') + distinct, 6)}"
        candidate = proposal if times == 1 else f"{proposal}-{times}"
        while candidate in self._claimed or self._registry.known("commitment", candidate):
            times += 1
            candidate = f"{proposal}-{times}"
        self._count("new")
        return self._claim(self._registry.use("commitment", candidate, natural=natural, date=self._context.date), plan_key)

    def _claim(self, key: str, plan_key: str) -> str:
        self._journal.note(self._claimed, key)
        self._claimed[key] = None
        plans = self._context.build.plan_of_commitment
        if key not in plans:
            self._journal.note(plans, key)
            plans[key] = plan_key
        return key

    def _count(self, rule: str) -> None:
        self._journal.note(self.rules, rule)
        self.rules[rule] += 1
