"""Moves the network itself from device to device.

says: moves net: move copies|Cannot copy out of meta|each part meets copies of its own
"""
def data_parallel(net, x, devices):
    outputs = []
    for p, d in reversed(list(zip(x.chunk(len(devices)), devices))):
        net.to(d)
        outputs.insert(0, net(p.to(d)).to(devices[0]))
    return torch.cat(outputs)
