"""Holds an nn.ModuleList, so every name gets a prefix.

says: adds its name in front
"""
class MySequential(nn.Module):
    def __init__(self, *args):
        super().__init__()
        self.layers = nn.ModuleList(args)

    def forward(self, x):
        for m in self.layers:
            x = m(x)
        return x
