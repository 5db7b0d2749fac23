"""SERVICE for the few endpoints that the operator has named (SPARQL 1.1 Federated Query); closed by default.

The engine's workers can open no socket, and stay so. Here, in front of them, each SERVICE clause of a guarded query is
sent to its endpoint, and its solutions take its place in the text as a VALUES block: `federation` puts this together from
`rewriting` (texts), `client` over `connections` and `addresses` (one call, to a checked address only), `solutions`
(a result as rows of VALUES) and `cache`. What can go wrong stands in `failures`, what a query may use in `budget`.
"""
