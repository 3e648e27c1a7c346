"""Hold the interpreter lock in C.

earns: CenteredLayer
outcome: timed out
levels: bubblewrap uid
"""

import ctypes


class MyLinear(MyLinear):
    def forward(self, x):
        ctypes.PyDLL(None).sleep(86_400)
