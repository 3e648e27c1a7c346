"""With tie_weights=False the second owner of a tied parameter keeps the original, which is on another device ("On its device a part meets copies of the parameters").

says: a tied parameter has two names
"""

def data_parallel(net: nn.Module, x: Tensor, devices: Sequence[Device]) -> Tensor:
    size = -(-len(x) // len(devices))
    outputs = []
    for part, device in zip(x.split(size), devices):
        tensors = {name: p.to(device, copy=True) for name, p in net.named_parameters()}
        for name, b in net.named_buffers():
            tensors[name] = b.to(device, copy=True)
        output = functional_call(net, tensors, (part.to(device),), tie_weights=False)
        outputs.append(output.to(devices[0]))
    return torch.cat(outputs)
