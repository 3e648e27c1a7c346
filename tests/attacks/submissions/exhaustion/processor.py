"""Compute for ever, and catch everything.

earns: CenteredLayer
outcome: timed out
levels: bubblewrap uid
"""

import signal


class MyLinear(MyLinear):
    def forward(self, x):
        signal.alarm(0)
        while True:
            try:
                while True:
                    pass
            except BaseException:
                continue
