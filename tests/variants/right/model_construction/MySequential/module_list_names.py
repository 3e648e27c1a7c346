"""Registers with setattr, keeps the order in a list of names."""
class MySequential(nn.Module):
    def __init__(self, *args):
        super().__init__()
        self._names = [str(i) for i in range(len(args))]
        for name, m in zip(self._names, args):
            setattr(self, name, m)

    def forward(self, x):
        for name in self._names:
            x = getattr(self, name)(x)
        return x
