"""Swaps the parameters, but not the buffers.

says: buffers are part of the averages too
"""
class Ema(Ema):
    @contextmanager
    def swapped(self):
        own = {k: v.clone() for k, v in self.net.state_dict().items()}
        with torch.no_grad():
            for k, p in self.net.named_parameters():
                p.copy_(self.averages[k])
        try:
            yield
        finally:
            self.net.load_state_dict(own)
