"""One block is made and deep-copied: breaks "its own call of `make_block`" and "random ones start with different
values".

slip: copies of one block start alike
"""

import copy


def chain(make_block: Callable[[], nn.Module], n: int) -> nn.Module:
    if n == 0:
        return nn.Identity()
    block = make_block()
    return nn.Sequential(block, *[copy.deepcopy(block) for _ in range(n - 1)])
