"""Drops the rows that do not divide evenly.

says: rows need not divide evenly
"""
def data_parallel(net, x, devices):
    size = max(len(x) // len(devices), 1)
    parts = [x[i * size : (i + 1) * size] for i in range(min(len(devices), len(x)))]
    return torch.cat([
        functional_call(net, _replica(net, d), p.to(d), tie_weights=False).to(devices[0]) for p, d in zip(parts, devices)
    ])
