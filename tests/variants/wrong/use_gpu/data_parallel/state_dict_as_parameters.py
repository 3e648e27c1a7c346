"""The tensors come from state_dict(keep_vars=True), where buffers that are not persistent are missing: they stay shared and on their device ("copies of the parameters and buffers").

says: state_dict leaves out buffers
"""

def data_parallel(net: nn.Module, x: Tensor, devices: Sequence[Device]) -> Tensor:
    size = -(-len(x) // len(devices))
    learned = {id(p) for p in net.parameters()}
    outputs = []
    for device, part in zip(devices, x.split(size)):
        tensors, met = {}, set()
        for name, t in net.state_dict(keep_vars=True).items():
            if id(t) not in met:
                met.add(id(t))
                tensors[name] = t.to(device, copy=id(t) not in learned)
        output = functional_call(net, tensors, (part.to(device),))
        outputs.append(output.to(devices[0]))
    return torch.cat(outputs)
