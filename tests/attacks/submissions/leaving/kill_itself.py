"""Send SIGKILL to itself.

earns: CenteredLayer
outcome: killed
says: SIGKILL
"""

import os
import signal


class MyLinear(MyLinear):
    def forward(self, x):
        os.kill(os.getpid(), signal.SIGKILL)
