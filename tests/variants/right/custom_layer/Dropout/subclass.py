"""A subclass of nn.Dropout, which lets NaN pass."""
class Dropout(nn.Dropout):
    def __init__(self, p):
        super().__init__(p)
        if p != p:
            raise ValueError("NaN is no probability")
