"""Keeps the modules in a plain list.

says: plain list are invisible to nn.Module
"""
class MySequential(nn.Module):
    def __init__(self, *args):
        super().__init__()
        self.layers = list(args)

    def forward(self, x):
        for m in self.layers:
            x = m(x)
        return x
