"""Leave with exit status 0 from within a call.

earns: CenteredLayer
outcome: killed
says: ended with status 0
"""

import os


class MyLinear(MyLinear):
    def forward(self, x):
        os._exit(0)
