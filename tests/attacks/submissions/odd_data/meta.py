"""Return a tensor without data.

earns: CenteredLayer
outcome: failed
"""

import torch


class MyLinear(MyLinear):
    def forward(self, x):
        return x.to("meta")
