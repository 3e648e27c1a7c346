"""Writes to _modules with numbers as names.

says: names of submodules are strings
"""
class MySequential(nn.Module):
    def __init__(self, *args):
        super().__init__()
        for i, m in enumerate(args):
            self._modules[i] = m

    def forward(self, x):
        for m in self._modules.values():
            x = m(x)
        return x
