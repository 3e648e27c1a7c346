"""A subclass of nn.Sequential that adds nothing."""
class MySequential(nn.Sequential):
    pass
