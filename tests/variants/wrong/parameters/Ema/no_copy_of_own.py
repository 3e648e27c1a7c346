"""Keeps references to the own values, which are overwritten.

says: keep a copy of its own values
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
