"""Checks the shapes of parameters before, those of buffers only while it loads ("`net`
is as before: not a value is loaded and not a placeholder filled").

says: all shapes are to be the same
"""

def load_into_lazy(net: nn.Module, state: dict[str, Tensor]) -> None:
    if net.state_dict().keys() != state.keys():
        raise RuntimeError("other names")
    for name, p in net.named_parameters(remove_duplicate=False):
        lazy = isinstance(p, UninitializedParameter)
        if not lazy and p.shape != state[name].shape:
            raise RuntimeError(f"{name} has another shape")
    net.load_state_dict(state)
