"""What each command does. It imports what it needs when it runs: `projner --help` answers at once."""

from projner_core.commands.aligning import align_, aligners_, import_links_
from projner_core.commands.evaluating import compare_, evaluate_, evaluate_alignments_
from projner_core.commands.experimenting import experiment_
from projner_core.commands.models import models_fetch_, models_list_, models_remove_
from projner_core.commands.predicting import predict_
from projner_core.commands.projecting import import_marked_, import_predictions_, project_, tune_
from projner_core.commands.projects import demo_, export_, import_, projects_, run_, work_
from projner_core.commands.training import train_

__all__ = [
    "align_",
    "aligners_",
    "compare_",
    "demo_",
    "evaluate_",
    "evaluate_alignments_",
    "experiment_",
    "export_",
    "import_",
    "import_links_",
    "import_marked_",
    "import_predictions_",
    "models_fetch_",
    "models_list_",
    "models_remove_",
    "predict_",
    "project_",
    "projects_",
    "run_",
    "train_",
    "tune_",
    "work_",
]
