"""Leave a POSIX semaphore and a message queue.

earns: CenteredLayer
outcome: failed
levels: bubblewrap uid
"""

import ctypes


class MyLinear(MyLinear):
    def forward(self, x):
        libc = ctypes.CDLL(None)
        libc.sem_open(b"/left", 64, 0o666, 1)
        libc.mq_open(b"/left", 64 | 2, 0o666, None)
        return x
