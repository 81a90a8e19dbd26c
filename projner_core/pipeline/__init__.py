"""Joins stages and store: configuration, importing, running and resuming, exporting, scoring."""
