"""A subclass of nn.Dropout."""
class Dropout(nn.Dropout):
    pass
