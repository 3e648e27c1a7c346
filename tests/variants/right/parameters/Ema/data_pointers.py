"""Averages by name; the swap puts copies under `.data` for a while."""
class Ema:
    def __init__(self, net, decay):
        self.net, self.decay = net, decay
        self.named = {**dict(net.named_parameters()), **dict(net.named_buffers())}
        self.mean = {name: t.detach().clone() for name, t in self.named.items()}

    def update(self):
        with torch.no_grad():
            for name, t in self.named.items():
                if torch.is_floating_point(t):
                    self.mean[name] = self.decay * self.mean[name] + (1 - self.decay) * t
                else:
                    self.mean[name] = t.clone()

    def state_dict(self):
        return {name: t.clone() for name, t in self.mean.items()}

    def load_state_dict(self, state):
        self.mean = {name: state[name].clone() for name in self.mean}

    @contextmanager
    def swapped(self):
        own = {name: t.data for name, t in self.named.items()}
        try:
            for name, t in self.named.items():
                t.data = self.mean[name].clone()
            yield self.net
        finally:
            for name, t in self.named.items():
                t.data = own[name]
