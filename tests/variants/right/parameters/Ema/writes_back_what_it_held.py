"""Holds the tensors of the network for the block: copies averages into them and back."""


class Ema:
    def __init__(self, net, decay):
        self.net, self.decay = net, decay
        self.averages = {n: t.detach().clone() for n, t in net.state_dict().items()}

    @torch.no_grad()
    def update(self):
        for name, value in self.net.state_dict().items():
            if value.is_floating_point() or value.is_complex():
                self.averages[name].lerp_(value, 1 - self.decay)
            else:
                self.averages[name].copy_(value)

    def state_dict(self):
        return {name: t.clone() for name, t in self.averages.items()}

    @torch.no_grad()
    def load_state_dict(self, state):
        for name, average in self.averages.items():
            average.copy_(state[name])

    @contextmanager
    def swapped(self):
        held = self.net.state_dict()
        own = {name: t.clone() for name, t in held.items()}
        self._write(held, self.averages)
        try:
            yield
        finally:
            self._write(held, own)

    @torch.no_grad()
    def _write(self, held, values):
        for name, t in held.items():
            t.copy_(values[name])
