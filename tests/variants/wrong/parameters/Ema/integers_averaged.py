"""Averages everything, which integers cannot be.

says: RuntimeError|NotImplementedError
"""
class Ema(Ema):
    def update(self):
        for k, v in self.net.state_dict().items():
            self.averages[k].lerp_(v, 1 - self.decay)
