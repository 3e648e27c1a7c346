"""Shallow replicas of the modules that hold differentiable copies, instead of functional_call."""

def _replica(module, clone, memo):
    if id(module) in memo:
        return memo[id(module)]
    twin = memo[id(module)] = module._replicate_for_data_parallel()
    for name, parameter in module._parameters.items():
        if parameter is None:
            twin._parameters[name] = None
            continue
        setattr(twin, name, clone(parameter))  # recurrent layers note it here
        twin._parameters[name] = vars(twin).pop(name)
    for name, buffer in module._buffers.items():
        twin._buffers[name] = None if buffer is None else clone(buffer)
    for name, child in module._modules.items():
        twin._modules[name] = None if child is None else _replica(child, clone, memo)
    return twin


def data_parallel(net: nn.Module, x: Tensor, devices: Sequence[Device]) -> Tensor:
    def outputs():
        for rows, device in zip(torch.chunk(x, len(devices)), devices, strict=False):
            clones = {}

            def clone(tensor, device=device, clones=clones):
                if tensor not in clones:
                    clones[tensor] = tensor.to(device, copy=True)
                return clones[tensor]

            yield _replica(net, clone, {})(rows.to(device)).to(devices[0])

    return torch.cat(tuple(outputs()), dim=0)
