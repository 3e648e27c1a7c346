"""The weights begin with other values than those of LazyLinear.

says: does not fix the shapes|initial
"""
class _Lin(nn.LazyLinear):
    cls_to_become = nn.Linear
    def reset_parameters(self):
        if not self.has_uninitialized_params() and self.in_features != 0:
            nn.init.xavier_normal_(self.weight); nn.init.zeros_(self.bias)
def lazy_mlp(*widths):
    layers = []
    for w in widths:
        layers += [_Lin(w), nn.ReLU()]
    return nn.Sequential(*layers[:-1])
