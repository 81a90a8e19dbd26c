"""Evaluation: how good annotations are, measured against others."""
