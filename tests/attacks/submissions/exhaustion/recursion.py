"""Call itself without end.

earns: CenteredLayer
outcome: failed
says: calls itself without end
levels: bubblewrap uid
"""

import sys


class MyLinear(MyLinear):
    def forward(self, x):
        return self.forward(x)
