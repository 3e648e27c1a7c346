"""Keeps functions, not the network; every update makes new averages."""
class Ema:
    def __init__(self, net, decay):
        self.values = lambda: net.state_dict(keep_vars=True)
        self.keep = decay
        self.mean = {k: self.copy(v) for k, v in self.values().items()}

    @staticmethod
    def copy(t):
        return t.detach().clone()

    def update(self):
        now = self.values()
        with torch.no_grad():
            self.mean = {
                k: self.keep * old + (1 - self.keep) * now[k]
                if old.is_floating_point()
                else self.copy(now[k])
                for k, old in self.mean.items()
            }

    def state_dict(self):
        return {k: self.copy(m) for k, m in self.mean.items()}

    def load_state_dict(self, state):
        self.mean = {k: self.copy(state[k]).to(m) for k, m in self.mean.items()}

    def swapped(self):
        return _Exchange(self.values, lambda: self.mean)


class _Exchange:
    def __init__(self, values, other):
        self.values, self.other = values, other

    def __enter__(self):
        other = self.other()
        self.own = {k: t.data for k, t in self.values().items()}
        for k, t in self.values().items():
            t.data = other[k].to(t.dtype, copy=True)

    def __exit__(self, *exc):
        for k, t in self.values().items():
            t.data = self.own[k]
