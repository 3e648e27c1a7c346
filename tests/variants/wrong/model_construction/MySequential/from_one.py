"""Counts the names from 1.

says: count from 0
"""
class MySequential(nn.Module):
    def __init__(self, *args):
        super().__init__()
        for i, m in enumerate(args, start=1):
            self.add_module(str(i), m)

    def forward(self, x):
        for m in self._modules.values():
            x = m(x)
        return x
