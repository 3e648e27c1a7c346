"""Unusual: first a plan of delayed writes from the live tensors of `state_dict(keep_vars=True)`, then all are carried out; `load_state_dict` is not used."""

from functools import partial


def load_into_lazy(net: nn.Module, state: dict[str, Tensor]) -> None:
    live = net.state_dict(keep_vars=True)

    def fill(target: Tensor, source: Tensor) -> None:
        if isinstance(target, UninitializedParameter):
            target.materialize(source.shape)
        target.copy_(source)

    def plan():
        shapes: dict[int, torch.Size] = {}
        for name in live.keys() | state.keys():
            if name not in live or name not in state:
                raise RuntimeError(f"{name} is missing or unknown")
            target, source = live[name], state[name].detach().clone()
            if not isinstance(target, UninitializedParameter):
                shapes[id(target)] = target.shape
            if shapes.setdefault(id(target), source.shape) != source.shape:
                raise RuntimeError(f"{name}: shape {tuple(source.shape)} does not fit")
        for name, target in live.items():
            yield partial(fill, target, state[name].detach().clone())

    with torch.no_grad():
        for write in list(plan()):
            write()
