"""The `commitments` command and the two bottom modules that join `ingest` and `sparql_api`: release and messages."""
