"""The reference of the suite that is attacked."""

import torch
from torch import nn


class CenteredLayer(nn.Module):
    def forward(self, x):
        return x - x.mean()


class MyLinear(nn.Module):
    def __init__(self, in_units, units):
        super().__init__()
        self.sizes = in_units, units
        self.weight = nn.Parameter(torch.randn(in_units, units))
        self.bias = nn.Parameter(torch.randn(units))

    def forward(self, x):
        return (x @ self.weight + self.bias).relu()

    def extra_repr(self):
        return "{}, {}".format(*self.sizes)
