r"""Iterates over children(), which leaves out repeats.

says: children\(\) leaves out repeated modules
"""
class MySequential(nn.Module):
    def __init__(self, *args):
        super().__init__()
        for i, m in enumerate(args):
            self.add_module(str(i), m)

    def forward(self, x):
        for m in self.children():
            x = m(x)
        return x
