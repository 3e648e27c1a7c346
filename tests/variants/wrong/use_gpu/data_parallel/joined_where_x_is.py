"""The outputs are joined on the device of x ("joined in order on `devices[0]`").

says: not gathered on the first device
"""

def data_parallel(net: nn.Module, x: Tensor, devices: Sequence[Device]) -> Tensor:
    size = -(-len(x) // len(devices))
    outputs = []
    for device, part in zip(devices, x.split(size)):
        tensors = {name: p.to(device) for name, p in net.named_parameters()}
        for name, b in net.named_buffers():
            tensors[name] = b.to(device, copy=True)
        output = functional_call(net, tensors, (part.to(device),))
        outputs.append(output.to(x.device))
    return torch.cat(outputs)
