### What the command line says. One message per sentence; names of messages: see commitments/console.py.

help-usage = Usage:
help-options = Options
help-verbs = Verbs
help-example = Example
help-codes = Exit codes

help-commitments = Publishes open-government commitments as linked open data. Reads the tables of a data folder, builds and validates a graph, and serves it with a SPARQL endpoint.
help-commitments-example =
    commitments init my-data
    commitments --data my-data build
    commitments --data my-data serve
help-commitments-codes =
    0 done
    1 the data has faults; nothing was published, or the file does not conform
    2 the command or the query was not understood
    3 another build holds the data folder
    4 something is missing or in the way: a folder, a release, a port, the disk
    5 a query went past its time or memory
    70 a fault of the program
    130 interrupted (Ctrl-C)

help-build = Reads the data folder, validates the graph and publishes a release. Unchanged inputs publish nothing. A fault in the data stops the build with one line per problem, file:row:column, and leaves the published release as it was.
help-build-example =
    commitments build --base https://data.example.org/
    commitments --data my-data build --keep 5
help-build-codes =
    0 published, or nothing had changed
    1 faults in the data, listed on standard error
    3 another build holds the data folder
    4 no data folder, or it cannot be written
    130 interrupted (Ctrl-C); the last line says whether anything was published

help-validate = Checks an RDF file against the shapes, or a source's tables against its contract. Nothing is published.
help-validate-example =
    commitments validate graph.ttl --format turtle
    commitments validate data/sources/my_source
help-validate-codes =
    0 it conforms (warnings may be reported)
    1 violations, or faults in the tables

help-serve = Serves the current release: pages, RDF, dumps and the SPARQL endpoint. A newer release is taken up without a restart.
help-serve-example =
    commitments serve --port 9000
help-serve-codes =
    0 stopped on request
    4 no release, or the port is taken

help-query = Runs a SPARQL query on a release, without a server.
help-query-example =
    commitments query 'SELECT ?plan {"{"} ?plan a <https://w3id.org/ogcm/def#ActionPlan> {"}"}'
    commitments query --file question.rq --format json
help-query-codes =
    0 the complete result was written
    2 the query was not understood
    4 no release, or a service that SERVICE names gave no result
    5 the query went past its time or memory

help-diff = Says what release NEW added (+), changed (~) and removed (-) against release OLD, by resource. OLD and NEW are release ids or folders.
help-diff-example =
    commitments diff 2021-05-31-0123abcd 2021-06-30-89abcdef
help-diff-codes =
    0 compared, whether they differ or not
    4 no such release

help-push = Loads a release into a SPARQL engine on this or another machine, for COMMITMENTS_ENGINE to ask. Every graph is loaded beside what is there and counted, then all change places in one update request. The password is read from COMMITMENTS_ENGINE_PASSWORD, never from the command line.
help-push-example =
    commitments push http://localhost:7878/query
    commitments push http://localhost:8890/sparql --user publisher
help-push-codes =
    0 the engine holds the release, loaded now or before
    2 the addresses for updates and graphs are not known: give --update and --graph-store
    4 no release, or the engine cannot be reached, refuses, or counts otherwise; it goes on with what it held

help-init = Writes a small complete data folder to start from: an example source with its contract, reference tables and a README.
help-init-example =
    commitments init my-data
help-init-codes =
    0 written
    4 the folder is not empty or cannot be written

option-help = Show this help and end.
option-version = Show the version and end.
option-data = The data folder; default: COMMITMENTS_DATA, else ./data.
option-lang = Language of messages and help; default: COMMITMENTS_LANG, else that of the locale (LC_ALL, LANG).
option-quiet = Say nothing but errors.
option-as_json = Write the outcome as JSON, for scripts.
option-base = Address that all resources of the release stand under; ends in "/". Default: COMMITMENTS_BASE, else http://localhost:8000/.
option-inputs = One more source: a folder, or the file of an export as CSV or XLSX, whose layout is recognized by its headers. EDITION names it, with its date at the end where that is known: ogp-2016-11-30=export.csv. May be repeated.
option-keep = Keep this many newest releases and delete older ones; the current one always stays.
option-force = Build even if nothing changed.
option-withdraw = Allow many published addresses to become tombstones because no table describes them any longer.
option-other_columns = What becomes of an export that has other columns than its layout: stop, which is usual, or accept: what is new goes to the quarantine without its values, what is missing is reported. Overrules the contracts.
option-static = Also write the release to this folder as a static site, with rules for nginx; a site made there before is replaced.
option-form = Form of the report.
option-query-form = Form of the result: csv, tsv, json, xml for rows; ttl, nt, jsonld, rdf, trig, nq for graphs. Default: csv or ttl.
option-profile = How strict: source (may be silent, may name what it does not describe), consolidated (the default graph of a release), catalog (DCAT-AP 3). Default: source.
option-hosts = Address to listen on. May be repeated. Default: this machine only (127.0.0.1 and ::1).
option-port = Port to listen on; default: COMMITMENTS_PORT, else 8000.
option-file = Read the query from a file; - reads standard input.
option-graph_store = Address that takes graphs (Graph Store HTTP Protocol); default: what is usual for Oxigraph and Virtuoso.
option-update = Address that takes updates (SPARQL 1.1 Protocol); default: what is usual for Oxigraph and Virtuoso.
option-user = Name for an engine that asks for one; default: COMMITMENTS_ENGINE_USER.
option-push-name = Release to load; default: the current one.
option-name = Release to ask; default: the current one.

usage-hint = `commitments --help` and `commitments VERB --help` explain the use.
usage-no-such-option = there is no option { $option }
usage-no-such-verb = there is no verb { $verb }
usage-missing = missing: { $parameter }
usage-bad-value = { $parameter }: { $detail }

no-data = { $folder }: there is no such data folder; `commitments init DIR` writes one to start from
no-release = { $folder }: no release has been published yet; run `commitments build` first
no-such-release = { $folder }: there is no release { $name }
problems-total = Nothing was published. Problems: { $count }
step-read = Reading the tables
step-validate = Validating against the shapes
step-publish = Writing the release
static-rendering = Rendering every page
step-push-check = Asking what the engine holds
step-push-stage = Loading a graph beside what is there
step-push-switch = Switching to the release
build-accounting = Tables: { $tables }, rows: { $rows }, cells: { $cells } = { $mapped } mapped + { $empty } empty + { $absence } marked absent + { $ignored } ignored by contract + { $derived } derivable + { $quarantined } quarantined
build-edition = { $newer } against { $older }: { $both } commitments in both, { $added } only in the newer, { $missing } only in the older, { $changed } changed
build-quarantined = In quarantine, most of all: { $reasons }; more in reports/quality.en.txt and reports/quarantine.csv
build-severities = Shapes: { $violation } violations, { $warning } warnings, { $info } notes
base-invalid = BASE: found "{ $base }", expected an absolute http(s) address that ends in "/" and has no query, fragment or blank
build-other-base = BASE is { $base } now and was { $before }: another release is built
build-published = Published release { $release } for { $base }
static-done = { $answers } answers in { $folder }; how to publish them: docs/static-site.md
static-not-ours = { $folder } holds something that commitments build --static did not make: choose another folder or empty it
build-switched = Release { $release } of before has this very content and is the current one again, for { $base }
build-unchanged = Release { $release } is up to date for { $base }: nothing changed, nothing built
build-unapplied = The content of { $release } did not change and a release is immutable: these settings will stand in the next one: { $settings }
build-locked = another build holds this data folder: process { $pid }, since { $start }
registry-conflict = { $file }: holds { $count } event(s) that this build does not know, the first "{ $event }": the file was edited meanwhile. Nothing was published, and the file is as it was: build again
registry-conflict-published = { $file }: holds { $count } event(s) that release { $release } does not know, the first "{ $event }": the file was edited before the registry of that release, which is published, was written. Take them out and build, which completes the registry; then put them back and build again
several-values = tables/{ $table }.csv: { $key }: found { $count } values of { $column } ({ $values }), expected one at most. Nothing was published: correct the tables that state them
not-utf8 = the query is not UTF-8 text: byte { $position }
query-text-or-file = give the query either as text or with --file
diff-summary = { $added } added, { $changed } changed, { $removed } removed; { $restated } say the same, stated by other passages (not listed; --json has them)
push-done = { $endpoint } holds release { $release } now: { $triples } triples in { $graphs } graphs
push-unchanged = { $endpoint } holds release { $release } already: nothing done
push-addresses = { $endpoint }: where { $software } takes updates and graphs is not known; give --update and --graph-store
push-unreachable = { $address }: no connection: { $problem }
push-unauthorised = { $address }: name or password are missing or wrong, or may not write; see --user and COMMITMENTS_ENGINE_PASSWORD
push-refused = { $address }: { $method } was refused: { $said }
push-count = <{ $graph }>: the engine counts { $found } triples of { $expected }; it goes on with what it held
push-not-held = the engine took all graphs of release { $release } but does not hold it whole: is something else writing to it?
init-not-empty = { $folder }: the folder is not empty; nothing was written
init-done = Wrote { $files } files to { $folder }. Next: commitments --data { $folder } build
program-fault = this is a fault of the program, not of your data; please report the lines above
interrupted-nothing-published = Interrupted; nothing was published.
interrupted-published = Interrupted; release { $release } had been published before that.
serve-not-completed = A build that was killed after it had published cannot be completed here; the next build does it. The system says: { $problem }
setting-invalid = { $name }: found "{ $found }", which is not valid: { $detail }
process-killed = a process of this program ({ $function }) was ended by signal { $signal }; the system does that when memory runs out. Nothing was published: free some memory and start again
system-error = the system refused: { $problem }
name-not-utf8 = { $name }: a name that is not UTF-8; rename the file or folder
input-missing = --input { $path }: there is no such file or folder.
input-name = --input { $path }: "{ $name }" cannot name an edition; letters from A to Z, digits, ".", "_" and "-" can
input-not-a-file = { $path }: neither a file nor a folder; a pipe or a device is not read
