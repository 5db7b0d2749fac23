"""Rules that make nginx answer for a static site as `serve` would: negotiation, redirects, tombstones, headers.

Two files to include: `http.conf` (maps, in `http`) and `server.conf` (locations, in `server`). What a name became stands in
a map, whose look-up ignores letter case as `serve` does; values of headers are taken from the application itself, with nginx
variables in place of addresses. nginx 1.22 without further modules is enough.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from commitments.release import CHECKSUMS
from ontology.namespaces import AUTHORITIES, KINDS
from sparql_api.documents import Document, link_items, release_link
from sparql_api.earlier import Earlier
from sparql_api.formats import DOCUMENT_FORMATS, HTML, TURTLE, Format, content_type, offers
from sparql_api.i18n import DEFAULT_LANGUAGE, LANGUAGES
from sparql_api.identifiers import CONCEPT, Gone, Live, Moved
from sparql_api.pages import problem_page, problem_title
from sparql_api.pages_vocabulary import CODES, DEFINITION, SHAPES
from sparql_api.problems import MEDIA_TYPE, Problem
from sparql_api.routes.identifiers import name_path
from sparql_api.site import VOCABULARY_LICENCE, Edition
from sparql_api.static_site.addresses import graphs_that_left, language_variants
from sparql_api.static_site.negotiation_maps import choice_maps, language_maps, map_block, quoted, weight_maps
from sparql_api.static_site.rendering import Renderer

# Problems that a web server can meet by itself, with their status.
PROBLEMS: dict[str, int] = {"not-found": 404, "method-not-allowed": 405, "not-acceptable": 406, "query-missing": 501}
_SUFFIXES = "|".join(row.suffix for row in DOCUMENT_FORMATS)
# (name, media type, the format whose file it means); a generic media type is answered with itself.
_FORMS: tuple[tuple[str, str, Format], ...] = tuple(
    (row.suffix if media_type == row.media_type else media_type.replace("/", "_"), media_type, row)
    for media_type in offers(DOCUMENT_FORMATS)
    for row in DOCUMENT_FORMATS
    if media_type in row.media_types
)
# A folder of files is also plain JSON, which there is no other name for JSON-LD.
_FOLDER_FORMS = (("html", "text/html"), ("json", "application/json"), *((row.suffix, row.media_type) for row in DOCUMENT_FORMATS if row is not HTML))
_JSON = "application_json"  # its name among _FORMS
_PLAIN_HEADERS = (
    "access-control-allow-origin", "access-control-expose-headers", "x-content-type-options", "referrer-policy",
    "content-security-policy", "timing-allow-origin", "commitments-release",
)  # fmt: skip
_FRESH = "public, max-age=60"
_PATH, _QUERY = "OC-PATH", "OC-QUERY"


async def write_rules(renderer: Renderer, folder: Path, public: Path) -> None:
    """Write the rules for the site of `renderer.edition`, which will stand at `public`, and its error pages beside it.

    Raises ValueError when an address of the release holds a character that a configuration cannot carry.
    """
    folder.mkdir(parents=True)
    edition = renderer.edition
    landing = await renderer.ask("", ("Accept", HTML.media_type))
    common = [(name, landing.headers[name]) for name in _PLAIN_HEADERS if name in landing.headers]
    aliases = await edition.aliases()
    (folder / "http.conf").write_text(_http(edition, aliases), encoding="utf-8")
    (folder / "server.conf").write_text(_server(edition, public, common), encoding="utf-8")
    (folder / "example.conf").write_text(_EXAMPLE.format(folder=public.parent / "nginx"), encoding="utf-8")
    errors = folder / "errors"
    errors.mkdir()
    for slug, status in PROBLEMS.items():
        problem = Problem(status, slug)
        for language, fixed, name in language_variants():
            if not fixed:
                (errors / f"{status}.html{name}").write_text(problem_page(problem, language, edition.release.base), encoding="utf-8")
                (errors / f"{status}.json{name}").write_bytes(problem.to_json(edition.release.base, language, problem_title(slug, language)))


# --- http.conf


def _http(edition: Edition, aliases: Iterable[tuple[tuple[str, str], tuple[str, str]]]) -> str:
    prefix = edition.links.prefix
    rest, stem, suffix, key, identity = (f"oc_group_{name}" for name in ("rest", "stem", "suffix", "key", "identity"))
    names = _names(edition)
    longest = max([64, *(len(word) + 16 for row in names for word in row[:2])])
    blocks = [
        "# Made by commitments build --static. Include it in the block http.",
        "variables_hash_max_size 4096;",
        f"map_hash_max_size {max(2048, 4 * len(names))};",
        f"map_hash_bucket_size {_power_of_two(4 * longest)};",
        "# The address below BASE, and the document it is about. The file of a graph that left is the document about that.",
        map_block(
            "$uri", "oc_path",
            [*((quoted(f"~^{_escaped(prefix)}dumps/{_escaped(path.replace('graph/', 'graphs/', 1))}\\.nt$"), f"{path}.nt") for path in graphs_that_left(edition)),
             (quoted(f"~^{_escaped(prefix)}(?<{rest}>.*)$"), f"${rest}")],
        ),
        map_block("$oc_path", "oc_suffix", [(quoted(rf"~.\.(?<{suffix}>{_SUFFIXES})$"), f"${suffix}")]),
        map_block(
            "$oc_path", "oc_document",
            [(quoted(rf"~^id/(?<{key}>.+)$"), f"doc/${key}"), (quoted("~^concept/."), "doc/$oc_path"),
             (quoted(rf"~^(?<{stem}>.+)\.(?:{_SUFFIXES})$"), f"${stem}")],
            "$oc_path",
        ),
        map_block('"$request_method:$uri"', "oc_options", [(quoted(f"~^OPTIONS:{_escaped(prefix)}(?!\\.oc/)"), "1")]),
        "# What is wanted of it.",
        map_block("$oc_document", "oc_default", [(quoted(r"~^(?:catalog|\.well-known/void|graph/.+)$"), TURTLE.suffix)], HTML.suffix),
        weight_maps([(name, media_type) for name, media_type, _ in _FORMS]),
        choice_maps([name for name, _, _ in _FORMS], "$oc_default", "oc_wanted"),
        map_block("$oc_suffix", "oc_form", [('""', "$oc_wanted")], "$oc_suffix"),
        map_block("$oc_form", "oc_extension", [(name, row.suffix) for name, _, row in _FORMS], "$oc_form"),
        language_maps(LANGUAGES, DEFAULT_LANGUAGE, "oc_accepted_language"),
        map_block("$arg_lang", "oc_fixed", [(language, language) for language in LANGUAGES]),
        map_block("$oc_fixed", "oc_language", [('""', "$oc_accepted_language")], "$oc_fixed"),
        map_block('"$oc_fixed:$oc_language"', "oc_variant",
                  [(quoted(f"{language if fixed else ''}:{language}"), name or '""') for language, fixed, name in language_variants()]),
        map_block("$oc_extension", "oc_page_variant", [("html", "$oc_variant")]),
        map_block("$oc_extension", "oc_page_language", [("html", "$oc_language")]),
        *_parameters(),
        map_block("$oc_path", "oc_file_stem", [('""', "index")], "$oc_document"),
        map_block('""', "oc_file", [], '"$oc_file_stem.$oc_extension$oc_page_variant$oc_parameters"'),
        "# Headers.",
        map_block('"$oc_suffix:$oc_fixed"', "oc_vary",
                  [('"~^:"', '"Accept, Accept-Language"'), ('"html:"', "Accept-Language")]),
        *_content_location(prefix),
        *_links(edition),
        map_block("$oc_fixed", "oc_redirect_query", [('""', '""')], "?lang=$oc_fixed"),
        map_block("$oc_weight_html", "oc_error_form", [('"~^[nt]0*[1-9]"', "html")], "json"),
        map_block("$oc_language", "oc_error_variant", [(language, name or '""') for language, fixed, name in language_variants() if not fixed]),
        "# What became of each name; look-ups ignore letter case.",
        map_block('"$oc_path|$oc_document"', "oc_identity",
                  [(quoted("~^id/concept/"), '""'), (quoted(rf"~^(?:id|concept)/.*\|doc/(?<{identity}_a>.+)$"), f"${identity}_a"),
                   (quoted(rf"~\|doc/(?<{identity}>[^/]+/.+)$"), f"${identity}")]),
        map_block("$oc_identity", "oc_now", _unambiguous((asked, now) for asked, now, _ in names)),
        map_block("$oc_identity", "oc_gone", _unambiguous((asked, "1") for asked, _, gone in names if gone)),
        map_block("$oc_document", "oc_left", [(quoted(f"~^{_escaped(path)}$"), "1") for path in graphs_that_left(edition)]),
        map_block("$oc_now", "oc_now_name", [(quoted("~^concept/"), "$oc_now")], "id/$oc_now"),
        map_block("$oc_path", "oc_alias", [(quoted(f"id/{authority}/{outside}"), quoted(name_path(name))) for (authority, outside), name in aliases]),
        map_block("$oc_document", "oc_kind", [(quoted(f"doc/{kind}"), kind) for kind in (*KINDS, CONCEPT)]),
        map_block('"$oc_now|$oc_identity"', "oc_named_link",
                  [(quoted(r"~^(?<oc_group_same>.+)\|\k<oc_group_same>$"),
                    quoted(f'<{edition.release.base}doc/$oc_identity>; rel="describedby", {release_link(edition, edition.release.id)}'))],
                  quoted(release_link(edition, edition.release.id))),
        "# Folders of files.",
        choice_maps([_JSON if name == "json" else name for name, _ in _FOLDER_FORMS], HTML.suffix, "oc_folder_wanted"),
        map_block("$oc_folder_wanted", "oc_folder_form", [(_JSON, "json")], "$oc_folder_wanted"),
        map_block("$oc_folder_form", "oc_folder_variant", [("html", "$oc_variant")]),
        map_block("$oc_folder_form", "oc_folder_language", [("html", "$oc_language")]),
    ]  # fmt: skip
    return "\n".join(blocks) + "\n"


def _escaped(prefix: str) -> str:
    return "".join(f"\\{character}" if character in ".+*?()[]{}^$|" else character for character in prefix)


def _power_of_two(least: int) -> int:
    return 1 << max(6, (least - 1).bit_length())


def _names(edition: Edition) -> list[tuple[str, str, bool]]:
    """(name as asked for, the name it has now, whether nothing is left of it), as `kind/key`."""
    rows = []
    for kind, key in (*edition.identifiers.names(), *edition.earlier.names()):
        if kind not in KINDS and kind != CONCEPT:
            continue
        name = f"{kind}/{key}"
        if any(character.isspace() or character in "'\"\\${};|" or not character.isascii() for character in name):
            raise ValueError(f"a configuration cannot carry the name {name!r}")
        match edition.fate(kind, key):
            case Live() | Earlier():
                rows.append((name, name, False))
            case Moved(target):
                rows.append((name, "/".join(target), False))
            case Gone():
                rows.append((name, name, True))
    return rows


def _unambiguous(rows: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Rows of a map whose keys differ by more than letter case; where they do not, patterns that heed it."""
    listed = list(rows)
    seen: dict[str, int] = {}
    for asked, _ in listed:
        seen[asked.lower()] = seen.get(asked.lower(), 0) + 1
    return [(quoted(asked if seen[asked.lower()] == 1 else f"~^{_escaped(asked)}$"), quoted(now)) for asked, now in listed]


def _parameters() -> list[str]:
    """Query parameters as file names and in addresses: `page` of lists, `incoming` and `page` of pages about things."""
    number, prefix, local = "oc_group_page", "oc_group_prefix", "oc_group_local"
    return [
        map_block("$oc_document", "oc_place", [(quoted("~^doc/[^/]+$"), "list"), (quoted("~^doc/."), "thing")], "other"),
        map_block("$arg_page", "oc_page", [('""', '""'), (quoted(rf"~^(?<{number}>[1-9]\d*)$"), f".page-${number}")], ".page-0"),
        map_block("$arg_page", "oc_page_query", [('""', '""')], "&page=$arg_page"),
        map_block("$arg_incoming", "oc_incoming",
                  [('""', '""'), (quoted(rf"~*^(?<{prefix}>[a-z]+)(?::|%3a)(?<{local}>\w+)$"), f".incoming-${prefix}-${local}")], ".incoming-0"),
        map_block('"$oc_place:$oc_extension:$oc_incoming"', "oc_parameters",
                  [('"~^list:"', "$oc_page"), ('"~^thing:html:."', "$oc_incoming$oc_page")]),
        map_block('"$oc_place:$oc_extension:$oc_incoming$oc_page"', "oc_arguments",
                  [('"~^list:[^:]*:."', '"page=$arg_page"'), ('"~^thing:html:[.]incoming"', '"incoming=$arg_incoming$oc_page_query"')]),
        map_block("$oc_arguments", "oc_query", [('""', '""')], '"?$oc_arguments"'),
    ]  # fmt: skip


def _content_location(prefix: str) -> list[str]:
    """The address of the representation sent; the landing page has no suffix of its own, and its RDF is the catalogue."""
    return [
        map_block("$oc_path", "oc_location_stem", [('""', "catalog")], "$oc_document"),
        map_block('"$oc_path:$oc_extension"', "oc_location_path", [('":html"', '""')], '"$oc_location_stem.$oc_extension"'),
        map_block('"$oc_extension:$oc_arguments"', "oc_location_query",
                  [('"html:"', '"?lang=$oc_language"'), ('"~^html:"', '"?$oc_arguments&lang=$oc_language"')], "$oc_query"),
        map_block('""', "oc_content_location", [], quoted(f"{prefix}$oc_location_path$oc_location_query")),
    ]  # fmt: skip


def _links(edition: Edition) -> list[str]:
    """The `Link` header of each kind of document in each format, as the application writes it."""
    links, base = edition.links, edition.release.base
    thing, concept = "oc_group_thing", "oc_group_concept"
    documents = [
        ("landing", Document("", _never, _never, topic=links.absolute("catalog"), stem="catalog")),
        ("catalog", _placed(f"{base}id/catalog/commitments")),
        ("void", _placed(edition.dataset_iri)),
        ("thing", _placed(f"{base}id/$oc_key")),
        ("concept", _placed(f"{base}concept/$oc_key")),
        ("graph", _placed(f"{base}$oc_document")),
        ("codes", _placed(CODES, VOCABULARY_LICENCE)),
        ("code", _placed(f"{CODES.removesuffix('code')}$oc_document", VOCABULARY_LICENCE)),
        ("def", _placed(DEFINITION, VOCABULARY_LICENCE)),
        ("shapes", _placed(SHAPES, VOCABULARY_LICENCE)),
        ("list", _placed(None)),
    ]
    release = release_link(edition, edition.release.id)
    rows = []
    for kind, document in documents:
        for form in DOCUMENT_FORMATS:
            items = link_items(edition, document, form, {_QUERY: ""} if document.path else {})
            text = ", ".join([*items, release]).replace(f"?{_QUERY}=", "$oc_query").replace(_PATH, "$oc_document").replace("%24oc_", "$oc_")
            rows.append((quoted(f"{kind}:{form.suffix}"), quoted(text)))
    kinds = [
        (quoted("~^id/|^concept/.|^doc/(?!concept/)[^/]+/.|^doc/concept/."), "$oc_thing_or_concept"),
        ('""', "landing"), ("catalog", "catalog"), (".well-known/void", "void"), ("code", "codes"), ("shapes", "shapes"),
        (quoted("~^def(?:/|$)"), "def"), (quoted("~^code/"), "code"), (quoted("~^graph/"), "graph"), (quoted("~^doc/"), "list"),
    ]  # fmt: skip
    return [
        map_block("$oc_document", "oc_key",
                  [(quoted(f"~^doc/concept/(?<{concept}>.+)$"), f"${concept}"), (quoted(f"~^doc/(?<{thing}>.+)$"), f"${thing}")]),
        map_block("$oc_document", "oc_thing_or_concept", [(quoted("~^doc/concept/"), "concept")], "thing"),
        map_block("$oc_document", "oc_kind_of_document", kinds),
        map_block('"$oc_kind_of_document:$oc_extension"', "oc_link", rows),
    ]  # fmt: skip


async def _never(*_: object) -> list:
    raise AssertionError("only the headers of this document are asked for")


def _placed(topic: str | None, licence: str | None = None) -> Document:
    return Document(_PATH, _never, _never, topic=topic, licence=licence)  # type: ignore[arg-type]


# --- server.conf


def _server(edition: Edition, public: Path, common: list[tuple[str, str]]) -> str:
    prefix = edition.links.prefix
    inner = f"{prefix}.oc/"

    def headers(*more: tuple[str, str]) -> str:
        return "\n".join(f"    add_header {name.title()} {value if value.startswith('$') else quoted(value)} always;" for name, value in (*common, *more))

    release = release_link(edition, edition.release.id)
    cache = ("cache-control", _FRESH)
    describing = [("vary", "$oc_vary"), ("link", "$oc_link"), ("content-location", "$oc_content_location"), ("content-language", "$oc_page_language")]
    forms = "\n".join(
        f"  location ^~ {inner}{name}/ {{\n    internal; alias {public}/; types {{ }} default_type {quoted(content_type(media_type))};\n"
        f"{headers(cache, *describing)}\n  }}"
        for name, media_type, _ in _FORMS
    )
    folder_forms = "\n".join(
        f"  location ^~ {inner}folder/{name}/ {{\n    internal; alias {public}/; types {{ }} default_type {quoted(content_type(media_type))};\n"
        f"{headers(cache, ('vary', 'Accept, Accept-Language'), ('link', release), ('content-language', '$oc_folder_language'))}\n  }}"
        for name, media_type in _FOLDER_FORMS
    )
    licence = edition.links.header(edition.licence)
    of_dump, of_release = (
        f'<{licence}>; rel="license", <{edition.links.absolute(folder)}{CHECKSUMS}>; rel="describedby", {release}' for folder in ("dumps/", "releases/$oc_release/")
    )
    types = _types(edition)
    parts = {
        "prefix": prefix, "inner": inner, "public": public, "forms": forms, "folder_forms": folder_forms,
        "headers": headers(cache, ("link", release)), "alias_headers": headers(("cache-control", "public, max-age=86400"), ("link", release)),
        "name_headers": headers(cache, ("link", "$oc_named_link")),
        "no_headers": headers(("cache-control", "public, max-age=10"), ("vary", "Accept, Accept-Language"), ("link", release), ("content-language", "$oc_language")),
        "method_headers": headers(("access-control-allow-methods", "GET, HEAD, OPTIONS"), ("allow", "GET, HEAD, OPTIONS"), ("link", release)),
        "dump_headers": headers(cache, ("link", of_dump)),
        "release_headers": headers(("cache-control", "public, max-age=31536000, immutable"), ("link", of_release)),
        "static_headers": headers(("cache-control", "public, max-age=3600"), ("link", release)),
        "page_headers": headers(cache, ("vary", "Accept-Language"), ("link", release), ("content-language", "$oc_language")),
        "context_headers": headers(cache, ("link", f'<{VOCABULARY_LICENCE}>; rel="license", {release}')),
        "types": types, "authorities": "|".join(AUTHORITIES),
        "errors": "\n".join(f"  error_page {status} {inner}errors/$oc_error_form/{status}.$oc_error_form$oc_error_variant;" for status in PROBLEMS.values()),
        "error_files": public.parent / "nginx" / "errors", "problem": MEDIA_TYPE,
        }  # fmt: skip
    text = _SERVER
    for name, value in parts.items():
        text = text.replace(f"<<{name}>>", str(value))
    return text


def _types(edition: Edition) -> str:
    """Suffixes of the files of a release."""
    found = {Path(file.path).suffix.removeprefix("."): file.media_type for file in edition.release.manifest.files}
    return " ".join(f"{quoted(content_type(media_type))} {suffix};" for suffix, media_type in sorted(found.items()))


_SERVER = """# Made by commitments build --static. Include it in a block server.
# Every answer is a file; what it is called follows from http.conf.
if ($oc_options) { rewrite ^ <<inner>>methods last; }
location <<prefix>> {
  gzip_static on; gzip_vary on; gzip off; etag on; absolute_redirect off; charset off; error_page 410 <<inner>>$oc_form/$oc_file;
<<errors>>
<<headers>>

  if ($oc_form = none) { return 406; }
  if ($oc_left) { return 410; }
  rewrite ^ <<inner>>$oc_form/$oc_file last;

  location = <<inner>>methods {
    internal;
<<method_headers>>
    return 204;
  }

  # Names of things: where to go.
  location ~ ^<<prefix>>id/[^/]+$ {
<<headers>>
    if ($oc_path ~* ^id/concept$) { return 404; }
    if ($oc_kind = "") { return 404; }
    if ($oc_path != "id/$oc_kind") { return 301 <<prefix>>id/$oc_kind$oc_redirect_query; }
    return 303 <<prefix>>doc/$oc_kind$oc_redirect_query;
  }
  location = <<prefix>>concept {
<<headers>>
    return 303 <<prefix>>doc/concept$oc_redirect_query;
  }
  location ~* ^<<prefix>>id/(?:<<authorities>>)/. {
<<alias_headers>>
    if ($oc_alias = "") { return 404; }
    return 301 <<prefix>>$oc_alias$oc_redirect_query;
  }
  location ~ ^<<prefix>>(?:id/[^/]+|concept)/. {
<<name_headers>>
    if ($oc_now = "") { return 404; }
    if ($oc_now != $oc_identity) { return 301 <<prefix>>$oc_now_name$oc_redirect_query; }
    if ($oc_gone) { rewrite ^ <<inner>>gone last; }
    return 303 <<prefix>>doc/$oc_identity$oc_redirect_query;
  }
  location = <<inner>>gone {
    internal;
    if ($oc_form = none) { return 406; }
    return 410;
  }

  # Documents about things.
  location ~ ^<<prefix>>doc/[^/]+$ {
<<headers>>
    set $oc_dot "";
    if ($oc_suffix) { set $oc_dot .; }
    if ($oc_kind = "") { return 404; }
    if ($oc_document != "doc/$oc_kind") { return 301 <<prefix>>doc/$oc_kind$oc_dot$oc_suffix$oc_redirect_query; }
    if ($oc_form = none) { return 406; }
    rewrite ^ <<inner>>$oc_form/$oc_file last;
  }
  location ~ ^<<prefix>>doc/[^/]+/. {
<<headers>>
    set $oc_dot "";
    if ($oc_suffix) { set $oc_dot .; }
    if ($oc_now = "") { return 404; }
    if ($oc_now != $oc_identity) { return 301 <<prefix>>doc/$oc_now$oc_dot$oc_suffix$oc_redirect_query; }
    if ($oc_form = none) { return 406; }
    if ($oc_gone) { return 410; }
    rewrite ^ <<inner>>$oc_form/$oc_file last;
  }

  # The files of each representation.
<<forms>>

  # Folders of files, and the files.
<<folder_forms>>
  location ~ ^<<prefix>>(?:dumps|releases|releases/[^/.]+)$ {
<<headers>>
    return 301 $uri/;
  }
  location ~ ^<<prefix>>(?:dumps|releases|releases/[^/]+)/$ {
    if ($oc_folder_form = none) { return 406; }
    rewrite ^ <<inner>>folder/$oc_folder_form/${oc_path}index.$oc_folder_form$oc_folder_variant last;
  }
  location ~ ^<<prefix>>(?:(?:dumps|releases|releases/[^/]+)/)?index\\. { return 404; }
  location ~ ^<<prefix>>dumps/(?<oc_dump>.+)$ {
    if ($oc_left) { return 410; }
    alias <<public>>/dumps/$oc_dump; types { <<types>> } default_type 'text/plain; charset=utf-8';
<<dump_headers>>
  }
  location ~ ^<<prefix>>releases/(?<oc_release>[0-9a-f-]+)/(?<oc_release_file>.+)$ {
    alias <<public>>/releases/$oc_release/$oc_release_file; types { <<types>> } default_type 'text/plain; charset=utf-8';
<<release_headers>>
  }

  # What is no document.
  location ^~ <<prefix>>static/ {
    alias <<public>>/static/; types { 'text/css; charset=utf-8' css; image/svg+xml svg; 'text/javascript; charset=utf-8' js; } gzip_vary on;
<<static_headers>>
  }
  location = <<prefix>>favicon.ico {
    alias <<public>>/favicon.ico; types { } default_type image/svg+xml;
<<static_headers>>
  }
  location = <<prefix>>robots.txt { alias <<public>>/robots.txt; types { } default_type 'text/plain; charset=utf-8';
<<headers>>
  }
  location = <<prefix>>sitemap.xml {
    rewrite ^ <<inner>>sitemap/sitemap.xml$oc_page last;
  }
  location ^~ <<inner>>sitemap/ {
    internal; alias <<public>>/; types { } default_type application/xml;
<<headers>>
  }
  location = <<prefix>>openapi.json { alias <<public>>/openapi.json; types { } default_type application/json;
<<headers>>
  }
  location = <<prefix>>def/context.jsonld { alias <<public>>/def/context.jsonld; types { } default_type application/ld+json;
<<context_headers>>
  }
  location ~ ^<<prefix>>problems(?:/[^/]+)?$ { rewrite ^ <<inner>>page/$oc_path.html$oc_variant last; }
  location ^~ <<inner>>page/ {
    internal; alias <<public>>/; types { } default_type 'text/html; charset=utf-8';
<<page_headers>>
  }

  # Queries need a service: pass them on to one with proxy_pass, or say that there is none.
  location = <<prefix>>sparql { return 501; }

  location ^~ <<inner>>errors/html/ {
    internal; alias <<error_files>>/; types { } default_type 'text/html; charset=utf-8'; etag off;
<<no_headers>>
  }
  location ^~ <<inner>>errors/json/ {
    internal; alias <<error_files>>/; types { } default_type <<problem>>; etag off;
<<no_headers>>
  }
}
"""

_EXAMPLE = """# A whole configuration, for a machine that serves nothing else: nginx -c {folder}/example.conf
events {{ }}
http {{
  include "{folder}/http.conf";
  server {{
    listen 127.0.0.1:8080;
    server_tokens off;
    include "{folder}/server.conf";
  }}
}}
"""
