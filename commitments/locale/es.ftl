### Lo que dice la línea de órdenes. Un mensaje por frase; los nombres de los mensajes: véase commitments/console.py.

help-usage = Uso:
help-options = Opciones
help-verbs = Verbos
help-example = Ejemplo
help-codes = Códigos de salida

help-commitments = Publica compromisos de gobierno abierto como datos abiertos enlazados. Lee las tablas de una carpeta de datos, construye y valida un grafo y lo sirve con un punto de consulta SPARQL.
help-commitments-example =
    commitments init mis-datos
    commitments --data mis-datos build
    commitments --data mis-datos serve
help-commitments-codes =
    0 hecho
    1 los datos tienen faltas; no se publicó nada, o el archivo no es conforme
    2 no se entendió la orden o la consulta
    3 otra construcción ocupa la carpeta de datos
    4 algo falta o estorba: una carpeta, una versión publicada, un puerto, el disco
    5 una consulta pasó de su tiempo o de su memoria
    70 una falta del programa
    130 interrumpido (Ctrl-C)

help-build = Lee la carpeta de datos, valida el grafo y publica una versión. Si nada cambió, no publica nada. Una falta en los datos detiene la construcción con una línea por problema, archivo:fila:columna, y deja como estaba la versión publicada.
help-build-example =
    commitments build --base https://datos.example.org/
    commitments --data mis-datos build --keep 5
help-build-codes =
    0 publicado, o nada había cambiado
    1 faltas en los datos, listadas en la salida de errores
    3 otra construcción ocupa la carpeta de datos
    4 no hay carpeta de datos, o no se puede escribir en ella
    130 interrumpido (Ctrl-C); la última línea dice si se publicó algo

help-validate = Comprueba un archivo RDF contra las formas (SHACL), o las tablas de una fuente contra su contrato. No se publica nada.
help-validate-example =
    commitments validate grafo.ttl --format turtle
    commitments validate data/sources/mi_fuente
help-validate-codes =
    0 es conforme (puede haber advertencias)
    1 violaciones, o faltas en las tablas

help-serve = Sirve la versión actual: páginas, RDF, descargas y el punto de consulta SPARQL. Una versión más nueva se toma sin reiniciar.
help-serve-example =
    commitments serve --port 9000
help-serve-codes =
    0 detenido a petición
    4 no hay versión publicada, o el puerto está ocupado

help-query = Ejecuta una consulta SPARQL sobre una versión, sin servidor.
help-query-example =
    commitments query 'SELECT ?plan {"{"} ?plan a <https://w3id.org/ogcm/def#ActionPlan> {"}"}'
    commitments query --file pregunta.rq --format json
help-query-codes =
    0 se escribió el resultado completo
    2 no se entendió la consulta
    4 no hay versión publicada, o un servicio que SERVICE nombra no dio resultado
    5 la consulta pasó de su tiempo o de su memoria

help-diff = Dice qué añadió (+), cambió (~) y quitó (-) la versión NEW respecto de la versión OLD, por recurso. OLD y NEW son identificadores o carpetas de versiones.
help-diff-example =
    commitments diff 2021-05-31-0123abcd 2021-06-30-89abcdef
help-diff-codes =
    0 comparadas, difieran o no
    4 no existe esa versión

help-push = Carga una versión en un motor SPARQL de esta u otra máquina, para que COMMITMENTS_ENGINE lo consulte. Cada grafo se carga al lado de lo que hay y se cuenta; después todos cambian de lugar en una sola petición de actualización. La contraseña se lee de COMMITMENTS_ENGINE_PASSWORD, nunca de la línea de órdenes.
help-push-example =
    commitments push http://localhost:7878/query
    commitments push http://localhost:8890/sparql --user publisher
help-push-codes =
    0 el motor contiene la versión, cargada ahora o antes
    2 no se conocen las direcciones de actualizaciones y grafos: indique --update y --graph-store
    4 no hay versión, o el motor no responde, se niega o cuenta otra cosa; sigue con lo que contenía

help-init = Escribe una pequeña carpeta de datos completa para empezar: una fuente de ejemplo con su contrato, tablas de referencia y un LEEME.
help-init-example =
    commitments init mis-datos
help-init-codes =
    0 escrita
    4 la carpeta no está vacía o no se puede escribir

option-help = Muestra esta ayuda y termina.
option-version = Muestra la versión del programa y termina.
option-data = La carpeta de datos; si no se da: COMMITMENTS_DATA, o bien ./data.
option-lang = Idioma de los mensajes y de la ayuda; si no se da: COMMITMENTS_LANG, o bien el del sistema (LC_ALL, LANG).
option-quiet = No dice nada salvo los errores.
option-as_json = Escribe el resultado en JSON, para programas.
option-base = Dirección bajo la que están todos los recursos de la versión; termina en "/". Si no se da: COMMITMENTS_BASE, o bien http://localhost:8000/.
option-inputs = Una fuente más: una carpeta, o el archivo de una exportación en CSV o XLSX, cuyo formato se reconoce por los encabezados. EDITION le da nombre, con su fecha al final si se conoce: ogp-2016-11-30=export.csv. Se puede repetir.
option-keep = Conserva este número de versiones, las más nuevas, y borra las anteriores; la actual se queda siempre.
option-force = Construye aunque nada haya cambiado.
option-withdraw = Permite que muchas direcciones publicadas pasen a lápidas porque ninguna tabla las describe ya.
option-other_columns = Qué pasa con una exportación que tiene otras columnas que su formato: stop, lo usual, o accept: lo nuevo va a cuarentena sin sus valores, lo que falta se informa. Vale más que los contratos.
option-static = Escribe además la versión en esta carpeta como sitio estático, con reglas para nginx; un sitio hecho antes ahí se reemplaza.
option-form = Forma del informe.
option-query-form = Forma del resultado: csv, tsv, json, xml para filas; ttl, nt, jsonld, rdf, trig, nq para grafos. Si no se da: csv o ttl.
option-profile = Rigor: source (puede callar y nombrar lo que no describe), consolidated (el grafo por omisión de una versión), catalog (DCAT-AP 3). Si no se da: source.
option-hosts = Dirección en la que se escucha. Se puede repetir. Si no se da: sólo esta máquina (127.0.0.1 y ::1).
option-port = Puerto en el que se escucha; si no se da: COMMITMENTS_PORT, o bien 8000.
option-file = Lee la consulta de un archivo; - lee la entrada estándar.
option-graph_store = Dirección que recibe grafos (Graph Store HTTP Protocol); por omisión, la habitual de Oxigraph y Virtuoso.
option-update = Dirección que recibe actualizaciones (SPARQL 1.1 Protocol); por omisión, la habitual de Oxigraph y Virtuoso.
option-user = Nombre para un motor que lo pida; por omisión, COMMITMENTS_ENGINE_USER.
option-push-name = Versión que cargar; por omisión, la actual.
option-name = Versión que se consulta; si no se da, la actual.

usage-hint = `commitments --help` y `commitments VERBO --help` explican el uso.
usage-no-such-option = no existe la opción { $option }
usage-no-such-verb = no existe el verbo { $verb }
usage-missing = falta: { $parameter }
usage-bad-value = { $parameter }: { $detail }

no-data = { $folder }: no existe esa carpeta de datos; `commitments init DIR` escribe una para empezar
no-release = { $folder }: aún no se ha publicado ninguna versión; primero ejecute `commitments build`
no-such-release = { $folder }: no existe la versión { $name }
problems-total = No se publicó nada. Problemas: { $count }
step-read = Se leen las tablas
step-validate = Se valida con las formas
step-publish = Se escribe la versión
static-rendering = Escribiendo todas las páginas
step-push-check = Preguntando qué contiene el motor
step-push-stage = Cargando un grafo al lado de lo que hay
step-push-switch = Cambiando a la versión
build-accounting = Tablas: { $tables }, filas: { $rows }, celdas: { $cells } = { $mapped } publicadas + { $empty } vacías + { $absence } marcadas ausentes + { $ignored } ignoradas por contrato + { $derived } derivables + { $quarantined } en cuarentena
build-edition = { $newer } respecto de { $older }: { $both } compromisos en ambas, { $added } solo en la nueva, { $missing } solo en la anterior, { $changed } con cambios
build-quarantined = En cuarentena, sobre todo: { $reasons }; más en reports/quality.es.txt y reports/quarantine.csv
build-severities = Formas: { $violation } violaciones, { $warning } advertencias, { $info } notas
base-invalid = BASE: se encontró "{ $base }", se esperaba una dirección http(s) completa que termine en "/" y no tenga consulta, fragmento ni blancos
build-other-base = BASE es ahora { $base } y era { $before }: se construye otra versión
build-published = Se publicó la versión { $release } para { $base }
static-done = { $answers } respuestas en { $folder }; cómo publicarlas: docs/static-site.md
static-not-ours = { $folder } contiene algo que no hizo commitments build --static: elija otra carpeta o vacíela
build-switched = La versión anterior { $release } tiene este mismo contenido y vuelve a ser la vigente, para { $base }
build-unchanged = La versión { $release } está al día para { $base }: nada cambió, nada se construyó
build-unapplied = El contenido de { $release } no cambió y una versión es inmutable: estos ajustes estarán en la siguiente: { $settings }
build-locked = otra construcción ocupa esta carpeta de datos: proceso { $pid }, desde { $start }
registry-conflict = { $file }: contiene { $count } evento(s) que esta construcción no conoce, el primero «{ $event }»: el archivo se editó mientras tanto. No se publicó nada y el archivo está como estaba: vuelva a construir
registry-conflict-published = { $file }: contiene { $count } evento(s) que la versión { $release } no conoce, el primero «{ $event }»: el archivo se editó antes de que se escribiera el registro de esa versión, que ya está publicada. Quítelos y construya, con lo que el registro se completa; después vuelva a ponerlos y construya otra vez
several-values = tables/{ $table }.csv: { $key }: se encontraron { $count } valores de { $column } ({ $values }), se esperaba uno a lo sumo. No se publicó nada: corrija las tablas que los afirman
not-utf8 = la consulta no es texto UTF-8: byte { $position }
query-text-or-file = dé la consulta como texto o con --file, una de las dos cosas
diff-summary = { $added } recursos añadidos, { $changed } cambiados, { $removed } quitados; { $restated } dicen lo mismo según otros pasajes (no se enumeran; --json los trae)
push-done = { $endpoint } contiene ahora la versión { $release }: { $triples } tripletas en { $graphs } grafos
push-unchanged = { $endpoint } ya contiene la versión { $release }: no se hizo nada
push-addresses = { $endpoint }: no se sabe dónde recibe { $software } actualizaciones y grafos; indique --update y --graph-store
push-unreachable = { $address }: sin conexión: { $problem }
push-unauthorised = { $address }: el nombre o la contraseña faltan, son incorrectos o no permiten escribir; vea --user y COMMITMENTS_ENGINE_PASSWORD
push-refused = { $address }: se rechazó { $method }: { $said }
push-count = <{ $graph }>: el motor cuenta { $found } tripletas de { $expected }; sigue con lo que contenía
push-not-held = el motor recibió todos los grafos de la versión { $release } pero no la contiene entera: ¿hay algo más que escriba en él?
init-not-empty = { $folder }: la carpeta no está vacía; no se escribió nada
init-done = Se escribieron { $files } archivos en { $folder }. Sigue: commitments --data { $folder } build
program-fault = es una falta del programa, no de sus datos; por favor informe de las líneas de arriba
interrupted-nothing-published = Interrumpido; no se publicó nada.
interrupted-published = Interrumpido; la versión { $release } ya estaba publicada.
serve-not-completed = No se puede completar aquí una construcción que se cortó después de publicar; lo hará la siguiente. El sistema dice: { $problem }
setting-invalid = { $name }: se encontró "{ $found }", que no es válido: { $detail }
process-killed = un proceso de este programa ({ $function }) fue terminado con la señal { $signal }; el sistema lo hace cuando se acaba la memoria. No se publicó nada: libere memoria y vuelva a empezar
system-error = el sistema no lo permitió: { $problem }
name-not-utf8 = { $name }: un nombre que no es UTF-8; cambie el nombre del archivo o de la carpeta
input-missing = --input { $path }: no existe ese archivo o carpeta.
input-name = --input { $path }: «{ $name }» no puede nombrar una edición; sirven letras de la A a la Z, cifras, «.», «_» y «-»
input-not-a-file = { $path }: no es un archivo ni una carpeta; no se lee una tubería ni un dispositivo
