"""Graph patterns, VALUES, templates and the SELECT query with its modifiers (productions 7 to 74)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sparql_api.sparql import tokens as t
from sparql_api.sparql.expressions import Uses
from sparql_api.sparql.tokens import Token, TokenStream
from sparql_api.sparql.triples import Part, TripleReader

# What a message offers; SERVICE is read, too, but refused.
OFFERED_WORDS = ("OPTIONAL", "MINUS", "GRAPH", "FILTER", "BIND", "VALUES")
PATTERN_WORDS = ("OPTIONAL", "MINUS", "GRAPH", "SERVICE", "FILTER", "BIND", "VALUES")
MODIFIER_WORDS = ("GROUP BY", "HAVING", "ORDER BY", "LIMIT", "OFFSET", "VALUES")


@dataclass(frozen=True, slots=True)
class ServiceClause:
    """A SERVICE clause as written. `endpoint` is None for a variable; offsets as in `Token`; `nested` inside another one.

    `variables` are those of its pattern that are visible outside it (section 18.2.1), in the order of their first mention.
    """

    token: Token
    endpoint: str | None
    silent: bool
    nested: bool
    end: int
    pattern_start: int
    pattern_end: int
    variables: tuple[str, ...]


def looks_heavy(parts: list[Part]) -> bool:
    """Whether a group multiplies unrelated things, or follows a path of any length from everywhere to everywhere.

    Only a guess from the text: such a query is run like any other, but from its start in a place for long ones.
    """
    if len(parts) == 1 and parts[0].endless and len(parts[0].names) > 1 and not parts[0].rooted:
        return True
    islands: list[Part] = []
    for part in parts:
        if not part.names:
            continue
        names, rooted, apart = set(part.names), part.rooted, []
        for island in islands:
            if island.names & names:
                names |= island.names
                rooted = rooted or island.rooted
            else:
                apart.append(island)
        islands = [*apart, Part(names, rooted, endless=False)]
    return sum(not island.rooted for island in islands) > 1


class PatternReader(TripleReader):
    """Reads patterns. Methods that read one return the names of the variables visible after it (section 18.2.1)."""

    def __init__(self, stream: TokenStream, base: str | None) -> None:
        super().__init__(stream, base)
        self.services: list[ServiceClause] = []  # an inner one before the one around it
        self._service_depth = 0
        self.after_pattern: tuple[str, ...] = ()
        self.order_conditions: list[tuple[int, int]] = []  # offsets of what is sorted by, without ASC or DESC
        self.heavy = False
        self.whole_numbers: list[int] = []  # offsets of what follows LIMIT and OFFSET
        self.limit: Token | None = None  # the number after LIMIT in the modifiers read last

    # --- SELECT

    def select(self, datasets: Callable[[], None] | None = None) -> set[str]:
        """A SELECT query or subquery, without the VALUES clause that ends it; returns the projected variables."""
        self.advance()
        self.accept_word("DISTINCT", "REDUCED")
        star = self.accept("*")
        columns = [] if star else self._columns()
        if datasets is not None:
            datasets()
        visible = self.where()
        keys, modifier_uses = self.modifiers()
        aggregate = next((uses.aggregate for _, uses in columns if uses and uses.aggregate), None)
        aggregate = aggregate or next((uses.aggregate for uses in modifier_uses if uses.aggregate), None)
        grouped = keys is not None or aggregate is not None
        if star:
            if grouped:
                self.fail("star-with-group", token=star)
            return visible
        return self._check_columns(columns, visible, keys or set(), grouped=grouped)

    def _columns(self) -> list[tuple[Token, Uses | None]]:
        columns: list[tuple[Token, Uses | None]] = []
        while True:
            if self.token.kind == t.VARIABLE:
                columns.append((self.advance(), None))
            elif self.accept("("):
                uses = self.measured_expression(aggregates=True)
                if not self.at_word("AS"):
                    self.fail("missing-as", "AS", "operator")
                self.advance()
                columns.append((self.variable(), uses))
                self.expect(")")
            elif columns:
                if self.at(","):
                    self.fail("comma-in-select", "variable", "WHERE", "{")
                return columns
            else:
                bare = self.token.kind == t.WORD and self.peek().text == "("
                self.fail("bare-expression" if bare else "missing-variable", "variable", "*", "(")

    def _check_columns(
        self, columns: list[tuple[Token, Uses | None]], visible: set[str], keys: set[str], *, grouped: bool
    ) -> set[str]:
        named: set[str] = set()
        for token, uses in columns:
            name = token.text[1:]
            if uses is None:
                if grouped and name not in keys:
                    self.fail("not-grouped", token=token, name=token.text)
                named.add(name)
                continue
            if name in visible or name in named:
                self.fail("variable-in-scope", token=token, name=token.text)
            for used in uses.variables if grouped else ():
                if used.text[1:] not in keys | named:
                    self.fail("not-grouped", token=used, name=used.text)
            named.add(name)
        return named

    def where(self) -> set[str]:
        if not self.accept_word("WHERE") and not self.at("{"):
            self.fail("unknown-word" if self.token.kind == t.WORD else "unexpected", "WHERE", "{", "FROM")
        visible = self.group_graph_pattern()
        self.after_pattern = MODIFIER_WORDS
        return visible

    def modifiers(self) -> tuple[set[str] | None, list[Uses]]:
        """GROUP BY, HAVING, ORDER BY, LIMIT, OFFSET. Returns the grouping variables (None: no GROUP BY) and uses."""
        keys: set[str] | None = None
        uses: list[Uses] = []
        if self.accept_word("GROUP"):
            self.expect_word("BY")
            keys = self._group_keys()
        if self.accept_word("HAVING"):
            uses.append(self.measured_constraint(aggregates=True))
            while self.at("(") or self.token.kind in (t.IRI, t.NAME) or self._at_call():
                uses.append(self.measured_constraint(aggregates=True))
        if self.accept_word("ORDER"):
            self.expect_word("BY")
            uses += self._order()
        self.limit = None
        seen: set[str] = set()
        while self.at_word("LIMIT", "OFFSET") and self.token.upper not in seen:
            word = self.advance().upper
            seen.add(word)
            if self.token.kind != t.NUMBER or not self.token.text.isdigit():
                self.fail("whole-number", "whole-number")
            number = self.advance()
            self.whole_numbers.append(number.start)
            if word == "LIMIT":
                self.limit = number
        return keys, uses

    def _at_call(self) -> bool:
        return self.token.kind == t.WORD and self.peek().text == "(" and self.token.upper != "VALUES"

    def _group_keys(self) -> set[str]:
        keys: set[str] = set()
        first = True
        while True:
            if self.token.kind == t.VARIABLE:
                keys.add(self.advance().text[1:])
            elif self.accept("("):
                self.measured_expression(aggregates=False)
                if self.accept_word("AS"):
                    keys.add(self.variable().text[1:])
                self.expect(")", "AS")
            elif self.token.kind in (t.IRI, t.NAME) or (self._at_call() and not self.at_word("HAVING")):
                self.measured_constraint(aggregates=False)
            elif first:
                self.fail("unexpected", "variable", "(")
            else:
                return keys
            first = False

    def _order(self) -> list[Uses]:
        uses: list[Uses] = []
        while True:
            self.accept_word("ASC", "DESC")
            directed, start = self.last.upper in ("ASC", "DESC"), self.token.start
            if directed and not self.at("("):
                self.fail("unexpected", "(")
            if self.token.kind == t.VARIABLE:
                self.advance()
                uses.append(Uses())
            elif self.at("(") or self.token.kind in (t.IRI, t.NAME) or self._at_call():
                uses.append(self.measured_constraint(aggregates=True))
            elif uses:
                return uses
            else:
                self.fail("unexpected", "variable", "ASC", "DESC", "(")
            self.order_conditions.append((start, self.last.end))

    # --- groups

    def group_graph_pattern(self) -> set[str]:
        self.patterns.append(self.token.start)
        self.expect("{")
        if self.at_word("SELECT"):
            visible = self.select()
            if self.accept_word("VALUES"):
                visible |= self.data_block()
            self.new_pattern()
        else:
            visible = self._group()
        self.expect("}", *self.after_pattern)
        return visible

    def _group(self) -> set[str]:
        self.new_pattern()
        visible: set[str] = set()
        parts: list[Part] = []
        triples_open = False  # triples were read and no dot closed them
        while not self.at("}"):
            if self.at("{") or self.at_word(*PATTERN_WORDS):
                self._not_triples(visible, parts)
                self.accept(".")
                triples_open = False
            elif self.at_term():
                if triples_open:
                    self.fail("missing-dot", ".", ";", ",", "}")
                parts.append(self.statement())
                visible |= {name for name in parts[-1].names if not name.startswith("_:")}
                triples_open = not self.accept(".")
            elif triples_open:
                self.fail("unknown-word" if self.token.kind == t.WORD else "unexpected", ".", ";", ",", "}", *OFFERED_WORDS)
            else:
                self.fail("unknown-word" if self.token.kind == t.WORD else "unexpected", "term", "}", *OFFERED_WORDS)
        self.after_pattern = ()
        self.new_pattern()
        self.heavy = self.heavy or looks_heavy(parts)
        return visible

    def _not_triples(self, visible: set[str], parts: list[Part]) -> None:
        """One GraphPatternNotTriples; adds what it makes visible, and itself to the parts of the group."""
        word = self.token
        if word.upper == "FILTER":
            self.advance()
            self.measured_constraint_in_filter()
            return
        before, names = set(visible), set()
        subquery = self.peek().upper == "SELECT"  # it has limits of its own, often one row
        if word.kind == t.MARK:
            names |= self.group_graph_pattern()
            while self.accept_word("UNION"):
                names |= self.group_graph_pattern()
        elif self.accept_word("OPTIONAL"):
            names |= self.group_graph_pattern()
        elif self.accept_word("MINUS"):
            self.group_graph_pattern()
        elif self.accept_word("BIND"):
            self._bind(visible)
        elif self.accept_word("VALUES"):
            visible |= self.data_block()
        else:
            names |= self._service() if word.upper == "SERVICE" else self._graph()
        visible |= names
        if names:
            parts.append(Part(names, rooted=subquery, endless=False))
        elif visible - before:  # BIND and VALUES join what they name to all that is read already
            parts.append(Part(set(visible), rooted=True, endless=False))
        self.new_pattern()

    def _graph(self) -> set[str]:
        self.advance()
        return self.variable_or_iri() | self.group_graph_pattern()

    def _service(self) -> set[str]:
        word = self.advance()
        silent = self.accept_word("SILENT") is not None
        endpoint, names = None, set()
        if self.token.kind == t.VARIABLE:
            names.add(self.advance().text[1:])
        else:
            self.decisive.append(self.token.start)
            endpoint = self.expected_iri()
        first = self._next
        self._service_depth += 1
        inside = self.group_graph_pattern()
        self._service_depth -= 1
        pattern = self._tokens[first : self._next]
        mentioned = dict.fromkeys(token.text[1:] for token in pattern if token.kind == t.VARIABLE)
        self.services.append(
            ServiceClause(
                token=word, endpoint=endpoint, silent=silent, nested=self._service_depth > 0, end=self.last.end,
                pattern_start=pattern[0].start, pattern_end=self.last.end,
                variables=tuple(name for name in mentioned if name in inside),
            )
        )  # fmt: skip
        return names | inside

    def measured_constraint_in_filter(self) -> None:
        """A FILTER does not end a basic graph pattern, so what its EXISTS reads must not either."""
        number = self._pattern_number
        self.measured_constraint(aggregates=False)
        self._pattern_number = number

    def _bind(self, visible: set[str]) -> None:
        self.expect("(")
        self.measured_expression(aggregates=False)
        if not self.at_word("AS"):
            self.fail("missing-as", "AS", "operator")
        self.advance()
        variable = self.variable()
        if variable.text[1:] in visible:
            self.fail("variable-in-scope", token=variable, name=variable.text)
        visible.add(variable.text[1:])
        self.expect(")")

    def variable_or_iri(self) -> set[str]:
        if self.token.kind == t.VARIABLE:
            return {self.advance().text[1:]}
        self.expected_iri()
        return set()

    def expected_iri(self) -> str:
        """An IRI where a variable could have stood, too."""
        if self.token.kind not in (t.IRI, t.NAME):
            self.fail("unexpected", "variable", "iri")
        return self.iri()

    def data_block(self) -> set[str]:
        """The variables and rows after VALUES."""
        if self.token.kind == t.VARIABLE:
            name = self.advance().text[1:]
            self.expect("{")
            while not self.at("}"):
                self._data_value()
            self.expect("}")
            return {name}
        names = []
        self.expect("(", "variable")
        while not self.at(")"):
            names.append(self.variable().text[1:])
        self.expect(")")
        self.expect("{")
        while not self.at("}"):
            self.expect("(", "}")
            count = 0
            while not self.at(")"):
                self._data_value()
                count += 1
            if count != len(names):
                self.fail("row-length", found=count, wanted=len(names))
            self.expect(")")
        self.expect("}")
        return set(names)

    def _data_value(self) -> None:
        if self.accept_word("UNDEF"):
            return
        if self.token.kind in (t.IRI, t.NAME):
            self.iri()
        elif not self.signed_literal():
            self.fail("data-value", "iri", "literal", "UNDEF")

    # --- templates

    def template(self, *, pattern: bool = False) -> None:
        """The triples of a CONSTRUCT template, or of CONSTRUCT WHERE when `pattern`."""
        self.expect("{")
        self.new_pattern()
        if not pattern:
            self._blank_patterns, kept = {}, self._blank_patterns
        paths, self._paths = self._paths, False
        while not self.at("}"):
            if not self.at_term():
                self.fail("unexpected", "term", "}")
            self.triples(set())
            if not self.accept("."):
                break
        self._paths = paths
        if not pattern:
            self._blank_patterns = kept
        self.expect("}", ".", ";", ",")
        self.after_pattern = MODIFIER_WORDS
