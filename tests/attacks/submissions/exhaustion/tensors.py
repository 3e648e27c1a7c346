"""Keep tensors until memory ends.

earns: CenteredLayer
outcome: failed|killed|timed out
says: memory|did not end
levels: bubblewrap uid
"""

import torch


class MyLinear(MyLinear):
    def forward(self, x):
        kept = []
        while True:
            kept.append(torch.ones(64 << 20))
