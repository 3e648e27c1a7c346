"""A thin subclass of nn.Sequential.

slip: torch's own class
"""

class MySequential(nn.Sequential):
    def __init__(self, *modules: nn.Module):
        super().__init__(*modules)
