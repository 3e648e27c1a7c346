"""Read address 0.

earns: CenteredLayer
outcome: killed
says: SIGSEGV
"""

import ctypes


class MyLinear(MyLinear):
    def forward(self, x):
        ctypes.string_at(0)
