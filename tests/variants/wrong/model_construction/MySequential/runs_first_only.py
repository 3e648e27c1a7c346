"""Returns inside the loop.

says: return after the loop
"""
class MySequential(nn.Module):
    def __init__(self, *args):
        super().__init__()
        for i, m in enumerate(args):
            self.add_module(str(i), m)

    def forward(self, x):
        for m in self._modules.values():
            x = m(x)
            return x
