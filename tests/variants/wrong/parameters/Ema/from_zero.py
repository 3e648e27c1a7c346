"""Begins with zeros.

says: not with 0
"""
class Ema(Ema):
    def __init__(self, net, decay):
        super().__init__(net, decay)
        for v in self.averages.values():
            v.zero_()
