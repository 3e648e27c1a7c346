"""Gives the net its own buffers where they are on the device already, so that batch norm changes its running statistics: breaks "Nothing else about `net` changes: no parameter, buffer, …"."""


def data_parallel(net: nn.Module, x: Tensor, devices: Sequence[Device]) -> Tensor:
    # Each tensor has one copy per part, and each place that holds it one name.
    # (A module that stands in `net` twice must not be named twice: functional_call
    # would not put its own tensors back.)
    parameters, buffers = {}, {}
    for path, module in net.named_modules():
        prefix = f"{path}." if path else ""
        for name, parameter in module.named_parameters(recurse=False):
            parameters[prefix + name] = parameter
        for name, buffer in module.named_buffers(recurse=False):
            buffers[prefix + name] = buffer
    size = -(-len(x) // len(devices))
    outputs = []
    for part, device in zip(x.split(size), devices):
        copies = {}
        for parameter in parameters.values():
            if parameter not in copies:
                copies[parameter] = parameter.to(device, copy=True)
        for buffer in buffers.values():
            if buffer not in copies:
                copies[buffer] = buffer.to(device)
        state = {name: copies[t] for name, t in (parameters | buffers).items()}
        output = functional_call(net, state, (part.to(device),), tie_weights=False)
        outputs.append(output.to(devices[0]))
    return torch.cat(outputs)
