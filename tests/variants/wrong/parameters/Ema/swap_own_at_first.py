"""Puts back the values that the network had in its first block.

says: does not swap
"""
class Ema(Ema):
    @contextmanager
    def _swap(self):
        self.own = getattr(self, "own", None) or self._copy_of_net()
        self.net.load_state_dict(self.averages)
        try:
            yield
        finally:
            self.net.load_state_dict(self.own)
