"""The `commitments` command and the bottom modules that `ingest` and `sparql_api` share: release and messages."""

__version__ = "0.1.0"
