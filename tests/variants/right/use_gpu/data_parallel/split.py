"""split by a ceiling, functional_call with a pair of dicts."""
def data_parallel(net, x, devices):
    size = -(-x.shape[0] // len(devices))
    gathered = []
    for i, part in enumerate(torch.split(x, size)):
        d = torch.device(devices[i])
        params = {k: v.to(d) for k, v in net.named_parameters()}
        bufs = {k: v.detach().clone().to(d) for k, v in net.named_buffers()}
        gathered.append(torch.func.functional_call(net, (params, bufs), (part.to(d),)).to(devices[0]))
    return torch.concat(gathered)
