"""A dict from storage to its first owner, torch's tree_leaves, and a Counter for the
sums.
"""

from collections import Counter
from itertools import chain, repeat

from torch.utils._pytree import tree_leaves


def memory_bytes(net: nn.Module, optimizer: Optimizer) -> dict[str, int]:
    held = chain(
        zip(repeat("parameters"), net.parameters()),
        zip(repeat("gradients"), [p.grad for p in net.parameters()]),
        zip(repeat("buffers"), net.buffers()),
        zip(repeat("optimizer"), tree_leaves(list(optimizer.state.values()))),
    )
    owner: dict[int, tuple[str, int]] = {}
    for kind, leaf in held:
        if isinstance(leaf, Tensor):
            storage = leaf.untyped_storage()
            owner.setdefault(storage._cdata, (kind, storage.nbytes()))
    total = Counter()
    for kind, size in owner.values():
        total[kind] += size
    return {k: total[k] for k in ("parameters", "gradients", "buffers", "optimizer")}
