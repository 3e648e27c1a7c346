"""Takes the decay for the weight of the new value.

says: old average has the weight decay
"""
class Ema(Ema):
    def update(self):
        for k, v in self.net.state_dict().items():
            if v.is_floating_point():
                self.averages[k].lerp_(v, self.decay)
            else:
                self.averages[k].copy_(v)
