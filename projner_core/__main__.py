"""`python -m projner_core` is `projner`."""

from projner_core.cli import main

raise SystemExit(main())
