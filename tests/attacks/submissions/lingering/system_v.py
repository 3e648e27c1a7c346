"""Leave System V shared memory, semaphores and messages.

earns: CenteredLayer
outcome: failed
levels: bubblewrap uid
"""

import ctypes


class MyLinear(MyLinear):
    def forward(self, x):
        libc = ctypes.CDLL(None)
        libc.shmget(4711, 1 << 20, 0o1666)
        libc.semget(4711, 10, 0o1666)
        libc.msgget(4711, 0o1666)
        return x
