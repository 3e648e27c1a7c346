"""Fork, and let parent and child both answer.

earns: CenteredLayer
outcome: failed|broke the protocol
"""

import os


class MyLinear(MyLinear):
    def forward(self, x):
        os.fork()
        return x
