"""Every device runs the network, also on no rows, which batch normalisation refuses ("with few rows some devices get none").

says: a device without rows does not run
"""

def data_parallel(net: nn.Module, x: Tensor, devices: Sequence[Device]) -> Tensor:
    size = -(-len(x) // len(devices))
    outputs = []
    for i, device in enumerate(devices):
        part = x[i * size : (i + 1) * size]
        tensors = {name: p.to(device) for name, p in net.named_parameters()}
        for name, b in net.named_buffers():
            tensors[name] = b.to(device, copy=True)
        output = functional_call(net, tensors, (part.to(device),))
        outputs.append(output.to(devices[0]))
    return torch.cat(outputs)
