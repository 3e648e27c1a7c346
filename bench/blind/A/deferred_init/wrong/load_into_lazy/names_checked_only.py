"""Only the names are checked beforehand, so a wrong shape is found in the middle of the load, against "not a value is loaded and not a placeholder filled".

slip: wrong shape found half way
"""

def load_into_lazy(net: nn.Module, state: dict[str, Tensor]) -> None:
    known = net.state_dict().keys()
    if known != state.keys():
        raise RuntimeError(f"names differ: {sorted(known ^ state.keys())}")
    net.load_state_dict(state)
