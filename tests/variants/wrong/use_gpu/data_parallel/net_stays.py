"""Moves the parts, but no replica.

says: the network stays where it is|the network's own buffers
"""
def data_parallel(net, x, devices):
    parts = zip(x.chunk(len(devices)), devices)
    return torch.cat([net(p.to(d)).to(devices[0]) for p, d in parts])
