"""Usual mistakes in SPARQL, each with the token that is wrong between ⟦ and ⟧ (nothing between them: the place where the
query ends too early), the code of the error, and a word that its sentence must hold in Spanish and in English."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mistake:
    name: str
    marked: str
    code: str
    spanish: str
    english: str

    @property
    def query(self) -> str:
        return self.marked.replace("⟦", "").replace("⟧", "")

    @property
    def place(self) -> tuple[int, int]:
        """Line and column of the mark, from 1, in characters."""
        before = self.marked[: self.marked.index("⟦")]
        return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1

    @property
    def token(self) -> str:
        return self.marked[self.marked.index("⟦") + 1 : self.marked.index("⟧")]


P = "PREFIX foaf: <http://xmlns.com/foaf/0.1/>\n"
MISTAKES = [
    Mistake("stray square bracket", "SELECT * WHERE { ?s ?p ?o ⟦]⟧ }", "wrong-bracket", "{", "opened last"),
    Mistake("stray brace at the end", "SELECT * WHERE { ?s ?p ?o }\n⟦}⟧", "stray-bracket", "Sobra", "too many"),
    Mistake("stray parenthesis", "SELECT * WHERE { FILTER(1 = 1)⟦)⟧ }", "wrong-bracket", "«{»", "«{»"),
    Mistake("missing closing brace", "SELECT * WHERE { ?s ?p ?o⟦⟧", "unclosed", "«}»", "«}»"),
    Mistake("missing inner brace", "SELECT * WHERE {\n  OPTIONAL { ?s ?p ?o\n}⟦⟧", "unclosed", "línea 1", "line 1"),
    Mistake("missing opening brace", "SELECT * WHERE ⟦?s⟧ ?p ?o }", "unexpected", "«{»", "“{”"),
    Mistake("missing parenthesis", "SELECT * WHERE { ?s ?p ?o FILTER(?o > 3 ⟦}⟧", "wrong-bracket", "«)»", "«)»"),
    Mistake("missing object", "SELECT * WHERE { ?s ?p ⟦}⟧", "missing-object", "objeto", "object"),
    Mistake("missing object before dot", "SELECT * WHERE { ?s ?p ⟦.⟧ ?a ?b ?c }", "missing-object", "objeto", "object"),
    Mistake("missing predicate", "SELECT * WHERE { ?s ⟦}⟧", "missing-predicate", "predicado", "predicate"),
    Mistake("missing dot", "SELECT * WHERE {\n  ?s ?p ?o\n  ⟦?a⟧ ?b ?c\n}", "missing-dot", "punto", "dot"),
    Mistake("two dots", "SELECT * WHERE { ?s ?p ?o . ⟦.⟧ }", "unexpected", "sujeto", "subject"),
    Mistake("missing semicolon", "SELECT * WHERE { ?s ?p ?o ⟦?q⟧ ?r }", "missing-dot", "«;»", "“;”"),
    Mistake("literal as predicate", 'SELECT * WHERE { ?s ⟦"name"⟧ ?o }', "missing-predicate", "predicado", "predicate"),
    Mistake("unclosed string", 'SELECT * WHERE { ?s ?p ⟦"abc⟧ .\n}', "unclosed-string", "comillas", "quote"),
    Mistake("unclosed string with accents", "SELECT * WHERE {\n  ?s ?p 'México' .\n  ?año ?p ⟦'ñandú⟧ .\n}", "unclosed-string", "comillas", "quote"),
    Mistake("unclosed long string", 'SELECT * WHERE {\n  ?s ?p ⟦"""uno\n dos" .⟧\n}', "unclosed-string", "comillas", "quote"),
    Mistake("bad escape", r'SELECT * WHERE { ?s ?p ⟦"C:\datos"⟧ }', "bad-escape", "\\d", "\\d"),
    Mistake("misspelt form", "⟦SELET⟧ ?s WHERE { ?s ?p ?o }", "unknown-word", "SELET", "SELET"),
    Mistake("misspelt where", "SELECT ?s ⟦WERE⟧ { ?s ?p ?o }", "unknown-word", "WERE", "WERE"),
    Mistake("misspelt optional", "SELECT ?s WHERE { ?s ?p ?o . ⟦OPTINAL⟧ { ?s ?q ?r } }", "unknown-word", "OPTINAL", "OPTINAL"),
    Mistake("misspelt filter", "SELECT ?s WHERE { ?s ?p ?o\n\t⟦FILTRE⟧(?o > 1) }", "unknown-word", "FILTRE", "FILTRE"),
    Mistake("misspelt function", "SELECT ?s WHERE { ?s ?p ?o FILTER ⟦REGX⟧(?o, 'a') }", "unknown-word", "REGX", "REGX"),
    Mistake("misspelt order", "SELECT ?s WHERE { ?s ?p ?o } ⟦ODER⟧ BY ?s", "trailing", "ODER", "ODER"),
    Mistake("missing by", "SELECT ?s WHERE { ?s ?p ?o } ORDER ⟦?s⟧", "unexpected", "«BY»", "“BY”"),
    Mistake("undeclared prefix", "SELECT ?n WHERE { ?s ⟦foaf:name⟧ ?n }", "undeclared-prefix", "foaf:", "foaf:"),
    Mistake("undeclared prefix after emoji", P + 'SELECT ?n WHERE { ?s foaf:nick "😀🎉" ; ⟦dct:title⟧ ?n }', "undeclared-prefix", "dct:", "dct:"),
    Mistake("bad IRI", "SELECT * WHERE { ?s ⟦<http://example.org/a b>⟧ ?o }", "bad-iri", "IRI", "IRI"),
    Mistake("bad IRI in another way", "SELECT * WHERE { ?s ⟦<http://[example.org/>⟧ ?o }", "bad-iri", "IRI", "IRI"),
    Mistake("prefix without colon", "PREFIX ⟦foaf⟧ <http://xmlns.com/foaf/0.1/>\nASK {}", "prefix-name", "dos puntos", "colon"),
    Mistake("prefix without brackets", "PREFIX foaf: ⟦http:⟧//xmlns.com/foaf/0.1/\nASK {}", "prefix-iri", "< y >", "< and >"),
    Mistake("filter without brackets", "SELECT * WHERE { ?s ?p ?o FILTER ⟦?o⟧ > 3 }", "filter-brackets", "paréntesis", "brackets"),
    Mistake("two equal signs", "SELECT * WHERE { ?s ?p ?o FILTER(?o ⟦==⟧ 3) }", "double-equals", "«=»", "“=”"),
    Mistake("not equal of SQL", "SELECT * WHERE { ?s ?p ?o FILTER(?o ⟦<>⟧ 3) }", "unexpected", "«)»", "“)”"),
    Mistake("and of SQL", "SELECT * WHERE { ?s ?p ?o FILTER(?o > 3 ⟦AND⟧ ?o < 5) }", "unexpected", "AND", "AND"),
    Mistake("empty condition", "SELECT * WHERE { ?s ?p ?o FILTER(⟦)⟧ }", "missing-expression", "expresión", "expression"),
    Mistake("select nothing", "SELECT ⟦WHERE⟧ { ?s ?p ?o }", "missing-variable", "variable", "variable"),
    Mistake("commas in select", "SELECT ?s⟦,⟧ ?p WHERE { ?s ?p ?o }", "comma-in-select", "comas", "commas"),
    Mistake("bare count", "SELECT ⟦COUNT⟧(?s) WHERE { ?s ?p ?o }", "bare-expression", "paréntesis", "brackets"),
    Mistake("count without name", "SELECT (COUNT(?s)⟦)⟧ WHERE { ?s ?p ?o }", "missing-as", "AS", "AS"),
    Mistake("capital a", "SELECT * WHERE { ?s ⟦A⟧ ?type }", "unknown-word", "predicado", "predicate"),
    Mistake("bind without as", "SELECT * WHERE { ?s ?p ?o BIND(?o + 1⟦)⟧ }", "missing-as", "AS", "AS"),
    Mistake("bind to a used variable", "SELECT * WHERE { ?s ?p ?o BIND(1 AS ⟦?o⟧) }", "variable-in-scope", "?o", "?o"),
    Mistake("ungrouped variable", "SELECT ⟦?s⟧ (COUNT(?o) AS ?n) WHERE { ?s ?p ?o }", "not-grouped", "GROUP BY", "GROUP BY"),
    Mistake("aggregate in filter", "SELECT * WHERE { ?s ?p ?o FILTER(⟦COUNT⟧(?o) > 1) }", "aggregate-here", "COUNT", "COUNT"),
    Mistake("negative limit", "SELECT * WHERE { ?s ?p ?o } LIMIT ⟦-⟧1", "whole-number", "LIMIT", "LIMIT"),
    Mistake("limit in words", "SELECT * WHERE { ?s ?p ?o } LIMIT ⟦diez⟧", "whole-number", "LIMIT", "LIMIT"),
    Mistake("trailing text", "SELECT * WHERE { ?s ?p ?o } ⟦please⟧", "trailing", "please", "please"),
    Mistake("one caret", 'SELECT * WHERE { ?s ?p "2019"⟦^⟧<http://www.w3.org/2001/XMLSchema#gYear> }', "unexpected", "«^»", "“^”"),
    Mistake("language without code", 'SELECT * WHERE { ?s ?p "x"⟦@⟧ }', "bad-language", "idioma", "language"),
    Mistake("values row too short", "SELECT * WHERE { VALUES (?a ?b) { (1 2) (3⟦)⟧ } }", "row-length", "VALUES", "VALUES"),
    Mistake("variable in values", "SELECT * WHERE { VALUES ?a { 1 ⟦?b⟧ } }", "data-value", "UNDEF", "UNDEF"),
    Mistake("too many arguments", "SELECT * WHERE { ?s ?p ?o FILTER(STRLEN(?o⟦,⟧ 3)) }", "too-many-arguments", "STRLEN", "STRLEN"),
    Mistake("too few arguments", "SELECT * WHERE { ?s ?p ?o FILTER(CONTAINS(?o⟦)⟧) }", "too-few-arguments", "CONTAINS", "CONTAINS"),
    Mistake("strange character", "SELECT * WHERE { ?s ?p ?o ⟦§⟧ }", "bad-character", "§", "§"),
    Mistake("nothing at all", "⟦⟧", "unexpected", "final", "end"),
]  # fmt: skip
