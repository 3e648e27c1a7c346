"""Looks the path up among all names, and for the wrong part only when that fails."""
def get_parameter(net: nn.Module, path: str) -> nn.Parameter:
    try:
        return dict(net.named_parameters(remove_duplicate=False))[path]
    except KeyError:
        known = {name for name, _ in net.named_modules(remove_duplicate=False)} - {""}
    parts = path.split(".")
    for n, part in enumerate(parts):
        if ".".join(parts[: n + 1]) not in known:
            break
    kind = type(net.get_submodule(".".join(parts[:n]))).__name__
    raise AttributeError(f"'{kind}' object has no attribute '{part}'") from None
