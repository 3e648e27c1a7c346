"""Buffers are moved, not copied, so where a part stays on its device the running statistics of `net` change ("copies of the parameters and buffers", "Nothing else about `net` changes").

slip: buffers shared, not copied
"""

def data_parallel(net: nn.Module, x: Tensor, devices: Sequence[Device]) -> Tensor:
    size = -(-len(x) // len(devices))
    outputs = []
    for device, part in zip(devices, x.split(size)):
        tensors = {name: p.to(device) for name, p in net.named_parameters()}
        for name, b in net.named_buffers():
            tensors[name] = b.to(device)
        output = functional_call(net, tensors, (part.to(device),))
        outputs.append(output.to(devices[0]))
    return torch.cat(outputs)
