"""Switches gradients on behind the block, whatever they were.

says: does not swap
"""
class Ema(Ema):
    @contextmanager
    def _swap(self):
        own = self._copy_of_net()
        self.net.load_state_dict(self.averages)
        torch.set_grad_enabled(True)
        try:
            yield
        finally:
            self.net.load_state_dict(own)
