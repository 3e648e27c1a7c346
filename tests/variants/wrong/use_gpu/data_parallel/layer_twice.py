"""functional_call leaves the copies in a layer that is used twice.

says: functional_call leaves copies
"""
def data_parallel(net, x, devices):
    size = -(-len(x) // len(devices))
    outputs = []
    for part, device in zip(x.split(size), devices, strict=False):
        state = {
            name: t.to(device, copy=True)
            for name, t in (*net.named_parameters(), *net.named_buffers())
        }
        output = functional_call(net, state, (part.to(device),))
        outputs.append(output.to(devices[0]))
    return torch.cat(outputs)
