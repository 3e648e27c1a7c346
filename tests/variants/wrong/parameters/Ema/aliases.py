"""Keeps the network's own tensors.

says: share the network's memory: clone
"""
class Ema(Ema):
    def __init__(self, net, decay):
        super().__init__(net, decay)
        self.averages = dict(net.state_dict())
