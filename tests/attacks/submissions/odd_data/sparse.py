"""Return a sparse tensor of more entries than fit.

earns: CenteredLayer
outcome: failed|killed
"""

import torch


class MyLinear(MyLinear):
    def forward(self, x):
        return torch.sparse_coo_tensor([[0], [0]], [1.0], (10**7, 10**7))
