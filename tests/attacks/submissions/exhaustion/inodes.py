"""Make files without end.

earns: CenteredLayer
outcome: failed|timed out
levels: bubblewrap uid
"""

import os


class MyLinear(MyLinear):
    def forward(self, x):
        i = 0
        while True:
            os.makedirs(f"d{i % 100}", exist_ok=True)
            open(f"d{i % 100}/{i}", "w").close()
            i += 1
