"""Let repr raise, and the text of the exception raise again.

earns: CenteredLayer
outcome: failed
says: Unspeakable
"""


class Unspeakable(Exception):
    def __str__(self):
        raise self

    __repr__ = __str__


class MyLinear(MyLinear):
    def forward(self, x):
        raise Unspeakable
