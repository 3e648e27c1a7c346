"""Fill the disk.

earns: CenteredLayer
outcome: failed|killed|timed out
levels: bubblewrap uid
"""

import os


class MyLinear(MyLinear):
    def forward(self, x):
        i = 0
        while True:
            with open(f"fill-{i}", "wb") as file:
                file.write(bytes(16 << 20))
            i += 1
