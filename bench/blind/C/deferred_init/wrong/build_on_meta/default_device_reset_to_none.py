"""Sets the default device to None afterwards, not to the one that was set: breaks "The default device is what it was before"."""


def build_on_meta(
    make_net: Callable[[], nn.Module], device: torch.device | str = "cpu"
) -> nn.Module:
    torch.set_default_device("meta")
    try:
        net = make_net()
    finally:
        torch.set_default_device(None)
    owners = []
    for module in net.modules():
        own = [*module.parameters(recurse=False), *module.buffers(recurse=False)]
        if not own:
            continue
        if not hasattr(module, "reset_parameters"):
            raise TypeError(f"{type(module).__name__} has no reset_parameters")
        owners.append(module)
    net.to_empty(device=device)
    for module in owners:
        module.reset_parameters()
    return net
