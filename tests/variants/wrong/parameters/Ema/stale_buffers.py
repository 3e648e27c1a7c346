"""Keeps the tensors of the network, so a buffer that is assigned anew is not followed.

says: each update looks up the values
"""
class Ema(Ema):
    def __init__(self, net, decay):
        super().__init__(net, decay)
        self.live = dict(net.state_dict(keep_vars=True))
    def update(self):
        with torch.no_grad():
            for k, v in self.live.items():
                if v.is_floating_point():
                    self.averages[k].lerp_(v, 1 - self.decay)
                else:
                    self.averages[k].copy_(v)
