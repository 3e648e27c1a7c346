"""A deep copy of the network holds the averages; a class as context manager."""
class Ema:
    def __init__(self, net, decay):
        import copy

        self.net = net
        self.decay = decay
        self.shadow = copy.deepcopy(net).requires_grad_(False)

    @torch.no_grad()
    def update(self):
        for a, b in zip(self.tensors(self.shadow), self.tensors(self.net)):
            if a.dtype.is_floating_point:
                a.mul_(self.decay).add_(b, alpha=1 - self.decay)
            else:
                a.copy_(b)

    def tensors(self, net):
        return [*net.parameters(), *net.buffers()]

    def state_dict(self):
        return self.shadow.state_dict()

    def load_state_dict(self, state):
        self.shadow.load_state_dict(state)

    def swapped(self):
        return _Swap(self.net, self.shadow)


class _Swap:
    def __init__(self, net, shadow):
        self.net, self.shadow = net, shadow

    def __enter__(self):
        self.backup = {k: v.detach().clone() for k, v in self.net.state_dict().items()}
        self.net.load_state_dict(self.shadow.state_dict())

    def __exit__(self, *exc):
        self.net.load_state_dict(self.backup)
        return False
