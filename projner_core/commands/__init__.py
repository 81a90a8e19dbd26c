"""What each command does. It imports what it needs when it runs: `projner --help` answers at once."""

from projner_core.commands.aligning import align_, aligners_, import_links_
from projner_core.commands.evaluating import evaluate_, evaluate_alignments_
from projner_core.commands.projects import demo_, export_, import_, projects_, run_, work_

__all__ = [
    "align_",
    "aligners_",
    "demo_",
    "evaluate_",
    "evaluate_alignments_",
    "export_",
    "import_",
    "import_links_",
    "projects_",
    "run_",
    "work_",
]
