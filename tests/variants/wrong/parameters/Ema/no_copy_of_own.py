"""Keeps references to the own values, which are overwritten.

says: put its own values back|keep a copy of the network's own values
"""
class Ema(Ema):
    @contextmanager
    def swapped(self):
        own = self.net.state_dict()
        self.net.load_state_dict(self.averages)
        try:
            yield
        finally:
            self.net.load_state_dict(own)
