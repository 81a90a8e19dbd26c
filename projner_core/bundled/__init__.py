"""What works with no download: demo corpora and lexicons, as data."""
