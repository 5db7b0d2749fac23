"""What a person can do about a problem: a hint about the request, and other ways to the same data.

Each kind of problem (its slug) or refusal of the guard (its code) has the same advice every time, in both languages. A
problem+json body carries it as `hint` and `instead`, a page as text and links.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Words = Mapping[str, str]  # one text in "es" and "en"


@dataclass(frozen=True)
class Way:
    """Another way: what to do and, below BASE, where."""

    text: Words
    path: str | None = None


@dataclass(frozen=True)
class Advice:
    """A hint and the names of ways (keys of `WAYS`), best first."""

    hint: Words
    ways: tuple[str, ...] = ()


WAYS: dict[str, Way] = {
    "smaller": Way(
        {
            "es": "Empiece por algo conocido (una IRI, un código, una fecha) y enlace cada patrón con los demás por una variable.",
            "en": "Start from something known (an IRI, a code, a date) and connect each pattern to the others by a variable.",
        }
    ),
    "pages": Way(
        {
            "es": "Pida el resultado por páginas: ORDER BY con LIMIT y OFFSET, o el parámetro maxrows para ver las primeras filas.",
            "en": "Ask for the result in pages: ORDER BY with LIMIT and OFFSET, or the parameter maxrows to see the first rows.",
        }
    ),
    "unsorted": Way(
        {
            "es": "Filtre antes de ordenar, agrupar o usar DISTINCT, o hágalo de su lado: esas operaciones guardan todo en memoria.",
            "en": "Filter before sorting, grouping or DISTINCT, or do that on your side: these hold everything in memory.",
        }
    ),
    "files": Way(
        {
            "es": "Descargue los archivos de la versión: contienen todos los datos y no tienen límite.",
            "en": "Download the files of the release: they hold all the data and have no limit.",
        },
        "dumps/",
    ),
    "examples": Way(
        {"es": "Parta de una consulta de ejemplo ya probada.", "en": "Start from a tested example query."},
        "sparql",
    ),
    "graphs": Way(
        {
            "es": "Use los grafos de este servicio; su descripción los enumera.",
            "en": "Use the graphs of this service; its description lists them.",
        },
        "sparql",
    ),
    "formats": Way(
        {"es": "Pida otro formato con Accept o con el parámetro format.", "en": "Ask for another format by Accept or the parameter format."}
    ),
    "post": Way(
        {
            "es": "Envíe la consulta con POST, como application/sparql-query o como formulario.",
            "en": "Send the query with POST, as application/sparql-query or as a form.",
        }
    ),
    "later": Way(
        {
            "es": "Repita la misma petición tras los segundos que dice Retry-After.",
            "en": "Repeat the same request after the seconds that Retry-After says.",
        }
    ),
}

# Way to an address that exists and differs little from the one asked for; `{}` is that address.
NEAR: Words = {"es": "Esta dirección sí existe: {}", "en": "This address does exist: {}"}

_DIVIDE: Words = {
    "es": "Divida la consulta en varias, por ejemplo un bloque VALUES más corto en cada una.",
    "en": "Divide the query into several, such as one with a shorter VALUES block each.",
}

# By slug of the problem or, for what the guard refuses, by its code.
ADVICE: dict[str, Advice] = {
    "query-timeout": Advice(
        {
            "es": "Repetirla igual dará lo mismo. Lo que más tarda son patrones sin variable en común y rutas con * o + sin extremo fijo.",
            "en": "Repeating it will give the same. What takes longest are patterns without a common variable and paths with * or + without a fixed end.",
        },
        ("smaller", "pages", "files"),
    ),
    "query-memory": Advice(
        {
            "es": "Repetirla igual dará lo mismo. Lo que más memoria usa es ordenar, agrupar o quitar duplicados de un resultado grande.",
            "en": "Repeating it will give the same. What takes most memory is sorting, grouping or removing duplicates of a large result.",
        },
        ("unsorted", "smaller", "files"),
    ),
    "too-many-queries": Advice(
        {"es": "La consulta no llegó a ejecutarse; nada está mal en ella.", "en": "The query was not run; nothing is wrong with it."},
        ("later", "files"),
    ),
    "too-many-long-queries": Advice(
        {
            "es": "Las consultas largas ceden su lugar cuando hay demasiadas; las breves no.",
            "en": "Long queries give way when there are too many; short ones do not.",
        },
        ("later", "smaller", "files"),
    ),
    "engine-not-ready": Advice(
        {"es": "La consulta no llegó a ejecutarse; nada está mal en ella.", "en": "The query was not run; nothing is wrong with it."},
        ("later", "files"),
    ),
    "service-failed": Advice(
        {
            "es": "Pida menos dentro de SERVICE, o use SERVICE SILENT para seguir sin esa parte: la respuesta lo dirá en Commitments-Notice.",
            "en": "Ask for less inside SERVICE, or use SERVICE SILENT to go on without that part: the answer will say so in Commitments-Notice.",
        },
        ("smaller",),
    ),
    "query-failed": Advice(
        {
            "es": "Quite partes de la consulta hasta dar con la que falla; el fallo ha quedado registrado.",
            "en": "Take away parts of the query until you find the one that fails; the failure has been logged.",
        },
        ("smaller", "files"),
    ),
    "not-expressible": Advice(
        {
            "es": "El resultado existe; solo no cabe en el formato pedido.",
            "en": "The result exists; it only does not fit the format that was asked for.",
        },
        ("formats",),
    ),
    "unknown-function": Advice(
        {
            "es": "Hay las funciones de SPARQL 1.1 (sección 17.4) y los constructores de XML Schema.",
            "en": "There are the functions of SPARQL 1.1 (section 17.4) and the constructors of XML Schema.",
        },
        ("examples",),
    ),
    "query-missing": Advice(
        {"es": "Por ejemplo: /sparql?query=ASK%20{}", "en": "For example: /sparql?query=ASK%20{}"},
        ("examples",),
    ),
    "query-repeated": Advice(
        {
            "es": "Quite una, también de la dirección de un POST: no se sabría cuál responder.",
            "en": "Take one away, from the address of a POST, too: nobody could know which to answer.",
        }
    ),
    "body-too-large": Advice(_DIVIDE, ("smaller", "files")),
    "too-long": Advice(_DIVIDE, ("smaller", "files")),
    "too-complex": Advice(
        {
            "es": "Las listas largas van en un bloque VALUES, que admite muchas más; varios OPTIONAL o UNION, en consultas aparte.",
            "en": "Long lists go into a VALUES block, which takes many more; many an OPTIONAL or UNION into queries of their own.",
        },
        ("smaller", "files"),
    ),
    "update": Advice(
        {
            "es": "Los datos cambian solo con una versión nueva, que se construye a partir de las fuentes.",
            "en": "The data change only with a new release, which is built from the sources.",
        },
        ("files",),
    ),
    "service": Advice(
        {
            "es": "Consulte cada servicio por separado y una los resultados; los identificadores de otros van en un bloque VALUES.",
            "en": "Ask each service by itself and join the results; identifiers of others go into a VALUES block.",
        },
        ("graphs", "files"),
    ),
    "remote-graph": Advice(
        {
            "es": "FROM y FROM NAMED eligen entre los grafos que el servicio ya tiene; no cargan nada.",
            "en": "FROM and FROM NAMED choose among the graphs that the service has already; they load nothing.",
        },
        ("graphs",),
    ),
}
