"""Averages the parameters, and copies the buffers.

says: floating buffers are averaged too
"""
class Ema(Ema):
    def update(self):
        parameters = dict(self.net.named_parameters())
        for k, v in self.net.state_dict().items():
            if k in parameters:
                self.averages[k].lerp_(v, 1 - self.decay)
            else:
                self.averages[k].copy_(v)
