"""Fork without end.

earns: CenteredLayer
outcome: timed out|killed|broke the protocol
levels: bubblewrap uid
"""

import os


class MyLinear(MyLinear):
    def forward(self, x):
        while True:
            try:
                os.fork()
            except OSError:
                continue
