"""What is fast and how good it is, measured beside its peers. Every published figure comes from here."""
