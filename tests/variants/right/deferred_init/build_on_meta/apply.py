"""Default device and apply."""
def build_on_meta(make_net, device="cpu"):
    before = torch.get_default_device()
    torch.set_default_device("meta")
    try:
        net = make_net()
    finally:
        torch.set_default_device(before if before.type != "cpu" else None)

    def reset(module):
        try:
            module.reset_parameters()
        except AttributeError:
            own = list(module._parameters.values()) + list(module._buffers.values())
            if any(t is not None for t in own):
                raise TypeError(f"cannot initialize a {type(module).__name__}")

    return net.to_empty(device=torch.device(device)).apply(reset)
