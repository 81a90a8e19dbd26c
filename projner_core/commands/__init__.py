"""What each command does. It imports what it needs when it runs: `projner --help` answers at once."""

from projner_core.commands.aligning import align_, aligners_, import_links_
from projner_core.commands.evaluating import compare_, evaluate_, evaluate_alignments_
from projner_core.commands.projecting import import_marked_, import_predictions_, project_, tune_
from projner_core.commands.projects import demo_, export_, import_, projects_, run_, work_

__all__ = [
    "align_",
    "aligners_",
    "compare_",
    "demo_",
    "evaluate_",
    "evaluate_alignments_",
    "export_",
    "import_",
    "import_links_",
    "import_marked_",
    "import_predictions_",
    "project_",
    "projects_",
    "run_",
    "tune_",
    "work_",
]
