"""One function per module for net.apply, which checks, makes room and sets values."""
def _is_stuck(module: nn.Module) -> bool:
    own = {**module._parameters, **module._buffers}
    return any(t is not None for t in own.values()) and not hasattr(module, "reset_parameters")


def build_on_meta(
    make_net: Callable[[], nn.Module], device: torch.device | str = "cpu"
) -> nn.Module:
    with torch.device("meta"):
        net = make_net()
    stuck = sorted({type(m).__name__ for m in net.modules() if _is_stuck(m)})
    if stuck:
        raise TypeError("no reset_parameters in: " + ", ".join(stuck))

    def give_values(module: nn.Module) -> None:
        if module._parameters or module._buffers:
            module.to_empty(device=device, recurse=False)
            module.reset_parameters()

    return net.apply(give_values)
