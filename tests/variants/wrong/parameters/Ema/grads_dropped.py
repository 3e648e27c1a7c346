"""Gradients are gone inside the block.

says: does not swap
"""
class Ema(Ema):
    @contextmanager
    def _swap(self):
        own = self._copy_of_net()
        self.net.load_state_dict(self.averages)
        grads = [p.grad for p in self.net.parameters()]
        self.net.zero_grad()
        try:
            yield
        finally:
            for p, g in zip(self.net.parameters(), grads):
                p.grad = g
            self.net.load_state_dict(own)
