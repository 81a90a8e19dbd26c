"""Links drawn by hand on the export page."""

from __future__ import annotations

from projner_core.corpus import Alignment
from projner_core.review.actions import Kind
from projner_core.store import LayerKind
from tests.ui.test_pages import decide, open_page, text


def buttons(at) -> list[str]:
    return [button.proto.label for button in at.get("download_button")]


def test_links_drawn_by_hand_are_offered_once_there_are_some(project):
    assert "Links, corrected by hand, Pharaoh" not in buttons(open_page("export", project="habari"))
    decide(project, 1, Kind.LINKS, [[0, 0, "sure"], [2, 3, "possible"]])
    at = open_page("export", project="habari")
    assert buttons(at)[1:3] == ["Links, corrected by hand, Pharaoh", "Gold links, Pharaoh"]
    assert "1 pair with links drawn by hand" in text(at)


def test_layers_of_links_of_one_name_are_files_of_their_own(project):
    for number, name in enumerate(("statistical", "statistical", "reviewed", "gold")):
        layer = project.open_layer(
            name=name, kind=LayerKind.LINKS, side="both", fingerprint=f"links {number}", provenance={}
        )
        layer = project.write(layer, 0, [Alignment()] * project.count())
        project.complete(layer)
    decide(project, 1, Kind.LINKS, [[0, 0, "sure"]])
    labels = buttons(open_page("export", project="habari"))
    assert len(set(labels)) == len(labels) == 9
