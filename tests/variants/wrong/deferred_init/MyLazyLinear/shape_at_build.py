"""Has its shape from the beginning.

says: has its shape before anything is known
"""
class MyLazyLinear(nn.Linear):
    def __init__(self, out_features):
        super().__init__(out_features, out_features)
