"""Raise SystemExit(0) from within a call.

earns: CenteredLayer
outcome: failed
says: SystemExit
"""

import sys


class MyLinear(MyLinear):
    def forward(self, x):
        sys.exit(0)
