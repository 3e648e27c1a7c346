"""torch's pytree for the containers, recursion for dataclasses only; keeps what does not change."""
import dataclasses

from torch.utils._pytree import tree_map


def to_device(batch, device):
    def leaf(x):
        if isinstance(x, torch.Tensor):
            return x.to(device=device)
        if dataclasses.is_dataclass(x) and not isinstance(x, type):
            old = {f.name: getattr(x, f.name) for f in dataclasses.fields(x)}
            return type(x)(**{k: to_device(v, device) for k, v in old.items()})
        if isinstance(x, (list, tuple)):  # of a class that the pytree does not know
            return type(x)(to_device(part, device) for part in x)
        return x

    return tree_map(leaf, batch)
