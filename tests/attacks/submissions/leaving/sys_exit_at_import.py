"""Raise SystemExit(0) at import.

earns: nothing
outcome: does not import
says: SystemExit
"""

import sys

sys.exit(0)
