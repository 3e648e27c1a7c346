"""Sleep for a day.

earns: CenteredLayer
outcome: timed out
levels: bubblewrap uid
"""

import time


class MyLinear(MyLinear):
    def forward(self, x):
        time.sleep(86_400)
