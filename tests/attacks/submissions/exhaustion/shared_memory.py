"""Fill the shared memory.

earns: CenteredLayer
outcome: failed
levels: bubblewrap uid
"""

import torch


class MyLinear(MyLinear):
    def forward(self, x):
        with open("/dev/shm/fill", "wb") as file:
            while True:
                file.write(bytes(1 << 20))
