"""Look like somebody who presses Ctrl-C.

earns: CenteredLayer
outcome: failed
says: KeyboardInterrupt
"""


class MyLinear(MyLinear):
    def forward(self, x):
        raise KeyboardInterrupt
