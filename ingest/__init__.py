"""From tables to a validated release: read, map, consolidate, validate, publish (`ingest.pipeline`)."""
