"""Puts new parameters into the network for the block.

says: into the Parameter objects that are there
"""
class Ema(Ema):
    @contextmanager
    def swapped(self):
        state = {k: v.clone() for k, v in self.averages.items()}
        own = dict(self.net.named_parameters())
        buffers = {k: v.clone() for k, v in self.net.named_buffers()}
        self.net.load_state_dict(state, assign=True)
        try:
            yield
        finally:
            for k, p in own.items():
                owner, _, last = k.rpartition(".")
                setattr(self.net.get_submodule(owner), last, p)
            for k, b in buffers.items():
                owner, _, last = k.rpartition(".")
                setattr(self.net.get_submodule(owner), last, b)
