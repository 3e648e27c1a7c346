"""Checks the names first but leaves the shapes to load_state_dict, which has copied and filled the others when it raises: breaks "not a value is loaded and not a placeholder filled"."""


def load_into_lazy(net: nn.Module, state: dict[str, Tensor]) -> None:
    own = net.state_dict()
    missing = own.keys() - state.keys()
    unknown = state.keys() - own.keys()
    if missing or unknown:
        raise RuntimeError(f"missing: {sorted(missing)}, unknown: {sorted(unknown)}")
    net.load_state_dict(state)
