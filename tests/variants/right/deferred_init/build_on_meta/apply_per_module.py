"""One function per module for net.apply, which checks, makes room and sets values."""
def _has_own(module: nn.Module) -> bool:
    own = {**module._parameters, **module._buffers}
    return any(t is not None for t in own.values())


def build_on_meta(
    make_net: Callable[[], nn.Module], device: torch.device | str = "cpu"
) -> nn.Module:
    with torch.device("meta"):
        net = make_net()
    settled = lambda m: hasattr(m, "reset_parameters") or not _has_own(m)
    stuck = sorted({type(m).__name__ for m in net.modules() if not settled(m)})
    if stuck:
        raise TypeError("no reset_parameters in: " + ", ".join(stuck))

    def give_values(module: nn.Module) -> None:
        if _has_own(module):
            module.to_empty(device=device, recurse=False)
            module.reset_parameters()

    return net.apply(give_values)
