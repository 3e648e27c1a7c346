"""Lends the averages themselves to the network.

says: in place of lending them
"""
class Ema(Ema):
    @contextmanager
    def swapped(self):
        named = {**dict(self.net.named_parameters()), **dict(self.net.named_buffers())}
        own = {k: t.data for k, t in named.items()}
        for k, t in named.items():
            t.data = self.averages[k]
        try:
            yield
        finally:
            for k, t in named.items():
                t.data = own[k]
