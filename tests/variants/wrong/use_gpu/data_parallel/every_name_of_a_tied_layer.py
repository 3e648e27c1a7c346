"""Parameters are named once per place, so on another device a layer that stands twice gets two different copies, which functional_call refuses ("also if a layer stands in `net` twice").

says: tie_weights=False
"""

def data_parallel(net: nn.Module, x: Tensor, devices: Sequence[Device]) -> Tensor:
    size = -(-len(x) // len(devices))
    outputs = []
    for device, part in zip(devices, x.split(size)):
        tensors = {name: p.to(device) for name, p in net.named_parameters(remove_duplicate=False)}
        for name, b in net.named_buffers():
            tensors[name] = b.to(device, copy=True)
        output = functional_call(net, tensors, (part.to(device),))
        outputs.append(output.to(devices[0]))
    return torch.cat(outputs)
