"""Start threads without end.

earns: CenteredLayer
outcome: failed|timed out|killed
levels: bubblewrap uid
"""

import threading
import time


class MyLinear(MyLinear):
    def forward(self, x):
        while True:
            threading.Thread(target=time.sleep, args=(60,)).start()
