"""Each device gets a deep copy of the network, so no gradient reaches the caller's parameters ("Gradients flow back to … the parameters of `net` itself").

slip: deep copy cuts the graph
"""

import copy


def data_parallel(net: nn.Module, x: Tensor, devices: Sequence[Device]) -> Tensor:
    size = -(-len(x) // len(devices))
    outputs = []
    for device, part in zip(devices, x.split(size)):
        replica = copy.deepcopy(net).to(device)
        outputs.append(replica(part.to(device)).to(devices[0]))
    return torch.cat(outputs)
