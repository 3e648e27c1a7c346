"""Puts the network into eval mode for the block.

says: does not swap
"""
class Ema(Ema):
    @contextmanager
    def _swap(self):
        own = self._copy_of_net()
        self.net.load_state_dict(self.averages)
        was = self.net.training
        self.net.eval()
        try:
            yield
        finally:
            self.net.train(was)
            self.net.load_state_dict(own)
