"""The decay grows with the updates.

says: for a decay of 1
"""
class Ema(Ema):
    def update(self):
        self.n = getattr(self, "n", 0) + 1
        d, self.decay = self.decay, min(self.decay, self.n / (self.n + 0.3))
        super().update()
        self.decay = d
