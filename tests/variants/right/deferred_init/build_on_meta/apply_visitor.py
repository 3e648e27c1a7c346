"""Module.apply visits children before parents, and each module is emptied and reset alone."""


def build_on_meta(make_net, device="cpu"):
    def visit(module):
        tensors = [*module._parameters.values(), *module._buffers.values()]
        if any(t is not None for t in tensors):
            try:
                reset = module.reset_parameters
            except AttributeError:
                raise TypeError(
                    f"{type(module).__name__} has tensors, but no reset_parameters"
                ) from None
            module.to_empty(device=device, recurse=False)
            reset()

    with torch.device("meta"):
        net = make_net()
    with torch.device(device):
        return net.apply(visit)
