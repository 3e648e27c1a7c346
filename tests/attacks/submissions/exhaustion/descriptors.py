"""Open files without end.

earns: CenteredLayer
outcome: failed
says: Too many open files
levels: bubblewrap uid
"""

import os


class MyLinear(MyLinear):
    def forward(self, x):
        kept = []
        while True:
            kept.append(open(os.devnull))
