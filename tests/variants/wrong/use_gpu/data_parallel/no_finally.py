"""Swaps the tensors by hand and does not swap back when net raises ("Nothing else about net changes: no parameter, buffer, device").

says: swapped back in `finally`
"""

def data_parallel(net: nn.Module, x: Tensor, devices: Sequence[Device]) -> Tensor:
    own = [(m, m._parameters, m._buffers) for m in net.modules()]
    size = -(-len(x) // len(devices))
    outputs = []
    for part, device in zip(x.split(size), devices):
        copies = {None: None}
        for _, parameters, buffers in own:
            for tensor in (*parameters.values(), *buffers.values()):
                if tensor not in copies:
                    copies[tensor] = tensor.to(device, copy=True)
        for module, parameters, buffers in own:
            module._parameters = {name: copies[p] for name, p in parameters.items()}
            module._buffers = {name: copies[b] for name, b in buffers.items()}
        outputs.append(net(part.to(device)).to(devices[0]))
        for module, parameters, buffers in own:
            module._parameters, module._buffers = parameters, buffers
    return torch.cat(outputs)
