"""Raise pytest's own way to end a run with status 0.

earns: nothing
outcome: does not import
says: Exit
"""

import pytest

pytest.exit("done", returncode=0)
