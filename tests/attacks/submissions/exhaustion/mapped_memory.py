"""Fill memory that is mapped to be shared, so that it is in no account of private memory.

earns: CenteredLayer
outcome: killed|timed out
says: more memory than a submission may use
"""

import mmap
import time

BLOCK = bytes(64 << 20)
KEPT = []


class MyLinear(MyLinear):
    def forward(self, x):
        for _ in range(30):
            KEPT.append(mmap.mmap(-1, len(BLOCK)))
            KEPT[-1].write(BLOCK)
        time.sleep(0.5)
        raise RuntimeError("it holds what it may not")
