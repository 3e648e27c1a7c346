"""The replicas share the buffers of the network.

says: each part meets copies of its own
"""
def data_parallel(net, x, devices):
    outputs = []
    for p, d in zip(x.chunk(len(devices)), devices):
        tensors = {k: v.to(d) for k, v in [*net.named_parameters(), *net.named_buffers()]}
        outputs.append(functional_call(net, tensors, p.to(d)).to(devices[0]))
    return torch.cat(outputs)
