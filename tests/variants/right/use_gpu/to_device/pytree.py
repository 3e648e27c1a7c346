"""torch's pytree for the containers, recursion for dataclasses only; keeps what does not change."""
import dataclasses

from torch.utils._pytree import tree_map


def to_device(batch, device):
    def leaf(x):
        if isinstance(x, torch.Tensor):
            return x.to(device=device)
        if dataclasses.is_dataclass(x) and not isinstance(x, type):
            old = vars(x)
            return type(x)(**{k: to_device(v, device) for k, v in old.items()})
        return x

    return tree_map(leaf, batch)
