"""Networks of our own, for what transformers has none. Importing a module here imports torch."""
