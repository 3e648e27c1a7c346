"""Every device runs the network, also on no rows.

says: a device without rows does not run
"""
def data_parallel(net, x, devices):
    size = -(-len(x) // len(devices))
    outputs = []
    for i, device in enumerate(devices):
        part = x[i * size : (i + 1) * size].to(device)
        output = functional_call(net, _replica(net, device), part, tie_weights=False)
        outputs.append(output.to(devices[0]))
    return torch.cat(outputs)
