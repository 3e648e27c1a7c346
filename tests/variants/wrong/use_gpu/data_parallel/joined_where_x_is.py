"""Joins the outputs on the device of x.

says: not gathered on the first device
"""
def data_parallel(net, x, devices):
    outputs = [
        functional_call(net, _replica(net, d), p.to(d), tie_weights=False).to(x.device)
        for p, d in zip(x.chunk(len(devices)), devices)
    ]
    return torch.cat(outputs)
