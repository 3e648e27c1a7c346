"""Makes a Linear inside at the first call.

says: adds its name in front|unknown to an optimizer
"""
class MyLazyLinear(nn.Module):
    def __init__(self, out_features):
        super().__init__()
        self.out_features = out_features
        self.layer = None

    def forward(self, x):
        if self.layer is None:
            self.layer = nn.Linear(x.shape[-1], self.out_features)
        return self.layer(x)
