"""Takes what it copies from state_dict(), which lacks the buffers that are not
persistent: they stay on their device, and the run changes the network's own ("copies
of the parameters and buffers of `net`", "Nothing else about `net` changes: no ...
buffer").

says: state_dict leaves out buffers that are not persistent
"""

def data_parallel(net: nn.Module, x: Tensor, devices: Sequence[Device]) -> Tensor:
    paths = dict(net.named_modules())  # a layer that stands there twice counts once
    state = {
        name: t
        for name, t in net.state_dict(keep_vars=True).items()
        if name.rpartition(".")[0] in paths
    }
    outputs = []
    for part, device in zip(x.chunk(len(devices)), devices, strict=False):
        once = {id(t): t.clone().to(device) for t in state.values()}
        copies = {name: once[id(t)] for name, t in state.items()}
        y = functional_call(net, copies, (part.to(device),), tie_weights=False)
        outputs.append(y.to(devices[0]))
    return torch.cat(outputs)
