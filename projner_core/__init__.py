"""ProjNER's core: the whole pipeline of annotation projection, with no user interface.

Importing this package imports nothing heavy; each system is loaded when it is created.
"""

__version__ = "0.5.0"
