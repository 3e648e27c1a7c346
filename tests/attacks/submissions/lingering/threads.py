"""Leave threads that go on after the answer.

earns: CenteredLayer
outcome: failed|killed
levels: bubblewrap uid
"""

import os
import threading
import time


def wait():
    time.sleep(0.05)
    os.kill(-1, 9)


threading.Thread(target=wait).start()


class MyLinear(MyLinear):
    def forward(self, x):
        return x
