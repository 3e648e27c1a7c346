"""Return a tensor of a tracing mode.

earns: CenteredLayer
outcome: failed|timed out
"""

import torch
from torch._subclasses.fake_tensor import FakeTensorMode


class MyLinear(MyLinear):
    def forward(self, x):
        with FakeTensorMode():
            return torch.zeros(3, 3)
