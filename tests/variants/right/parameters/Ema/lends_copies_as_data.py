"""Lends copies of the averages as `.data` for the block, and takes them back behind it."""


class Ema(Ema):
    @contextmanager
    def swapped(self):
        tensors = self.net.state_dict(keep_vars=True)
        own = {name: t.data for name, t in tensors.items()}
        lent = {id(t): self.averages[name].clone() for name, t in tensors.items()}
        for t in tensors.values():
            t.data = lent[id(t)]
        try:
            yield
        finally:
            for name, t in tensors.items():
                t.data = own[name]
