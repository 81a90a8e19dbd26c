"""The parts of the embedding aligner: `reading` → `matching`, `exactly` → `words`."""
