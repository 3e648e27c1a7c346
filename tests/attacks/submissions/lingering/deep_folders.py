"""Leave folders deeper than any path, some of them closed, and entries of every kind.

earns: CenteredLayer
outcome: failed
"""

import contextlib
import os
import socket


class MyLinear(MyLinear):
    def forward(self, x):
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as server:
            os.mkfifo("pipe")
            server.bind("socket")
            os.symlink("/etc", "link")
            os.symlink("loop", "loop")
            open(b"\xff\xfe\n", "w").close()
            os.mkdir("closed", 0)
            for _ in range(2000):
                os.mkdir("d")
                os.chdir("d")
            os.chmod("..", 0)
        return x
