"""Navigation, nothing else: `streamlit run app.py`."""

from __future__ import annotations

from projner_ui import frame

frame.run(frame.navigation())
