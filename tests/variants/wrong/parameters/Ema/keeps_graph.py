"""Averages with gradients on, so that the averages hold the graph.

says: average under torch\.no_grad
"""
class Ema(Ema):
    def __init__(self, net, decay):
        super().__init__(net, decay)
        self.live = {**dict(net.named_parameters()), **dict(net.named_buffers())}

    def update(self):
        for k, v in self.live.items():
            if v.is_floating_point():
                self.averages[k] = self.decay * self.averages[k] + (1 - self.decay) * v
            else:
                self.averages[k] = v.clone()

    def load_state_dict(self, state):
        self.averages = {k: state[k].clone() for k in self.averages}
