"""tensor_split, functional_call bound by partial, one slot per module with a tensor."""

from functools import cache, partial
from operator import methodcaller


def data_parallel(net: nn.Module, x: Tensor, devices: Sequence[Device]) -> Tensor:
    # named_modules meets a module once, however often it stands in net.
    slots = [
        (".".join(filter(None, (path, name))), tensor)
        for path, module in net.named_modules()
        for holder in (module._parameters, module._buffers)
        for name, tensor in holder.items()
        if tensor is not None
    ]

    def replica(device: Device) -> Callable[..., Tensor]:
        twin = cache(lambda tensor: tensor.to(device).clone())
        state = {path: twin(tensor) for path, tensor in slots}
        return partial(functional_call, net, state, tie_weights=False)

    def run(device: Device, part: Tensor) -> Tensor:
        return replica(device)((part.to(device),))

    parts = filter(len, x.tensor_split(len(devices)))
    home = methodcaller("to", devices[0])
    return torch.cat([*map(home, map(run, devices, parts))])
