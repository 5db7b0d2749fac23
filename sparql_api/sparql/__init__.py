"""SPARQL read on our side: what a stranger's text means, whether it may run, and how it is asked over HTTP."""
