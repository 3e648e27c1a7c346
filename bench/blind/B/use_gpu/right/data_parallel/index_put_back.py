"""Correct: the parts are cut with narrow, on their device the net is called through a wrapper.

slip: narrow by rows, wrapper module
"""

import math


def data_parallel(net: nn.Module, x: Tensor, devices: Sequence[Device]) -> Tensor:
    rows = x.shape[0]
    most = math.ceil(rows / len(devices))
    joined: list[Tensor] = []
    for k, device in enumerate(map(torch.device, devices)):
        start = k * most
        if start >= rows:
            break
        part = x.narrow(0, start, min(most, rows - start)).to(device)
        params = dict(net.named_parameters())
        own = {name: p.to(device) for name, p in params.items()}
        own.update((name, b.clone().to(device)) for name, b in net.named_buffers())
        out = functional_call(net, own, args=(part,), kwargs={}, tie_weights=True)
        joined.append(out.to(torch.device(devices[0])))
    return torch.vstack(joined) if joined[0].dim() > 1 else torch.hstack(joined)
