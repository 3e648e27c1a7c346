"""Keep tensors until memory ends.

earns: CenteredLayer
outcome: failed|killed
says: memory
levels: bubblewrap
"""

import torch


class MyLinear(MyLinear):
    def forward(self, x):
        kept = []
        while True:
            kept.append(torch.ones(64 << 20))
