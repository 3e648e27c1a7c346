"""One function for each kind of container; copies of which the parts are replaced."""
import copy
import functools


@functools.singledispatch
def _moved(batch, device):
    if not is_dataclass(batch) or isinstance(batch, type):
        return batch
    twin = copy.copy(batch)
    for f in fields(batch):
        if hasattr(batch, f.name):
            part = _moved(getattr(batch, f.name), device)
            object.__setattr__(twin, f.name, part)
    return twin


@_moved.register
def _(batch: Tensor, device):
    return batch if batch.device == device else batch.to(device)


@_moved.register
def _(batch: list, device):
    twin = copy.copy(batch)
    for i, part in enumerate(batch):
        twin[i] = _moved(part, device)
    return twin


@_moved.register
def _(batch: tuple, device):
    make = getattr(type(batch), "_make", type(batch))
    return make([_moved(part, device) for part in batch])


@_moved.register
def _(batch: dict, device):
    twin = copy.copy(batch)
    twin.update([(key, _moved(part, device)) for key, part in batch.items()])
    return twin


def to_device(batch: Any, device: Device) -> Any:
    return _moved(batch, torch.device(device))
