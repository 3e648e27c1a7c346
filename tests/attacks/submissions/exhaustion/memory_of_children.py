"""Let many processes hold a little each.

earns: CenteredLayer
outcome: killed|timed out
levels: bubblewrap uid
"""

import os
import time


class MyLinear(MyLinear):
    def forward(self, x):
        for _ in range(16):
            if os.fork() == 0:
                held = bytearray(os.urandom(1 << 20) * 200)
                time.sleep(60)
                os._exit(len(held))
        time.sleep(60)
