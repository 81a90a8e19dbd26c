"""What works with no download: demo corpora, lexicons and small models, as data."""

from __future__ import annotations

from pathlib import Path

MODELS = Path(__file__).parent / "models"
"""The folder of the bundled models, one folder each."""
