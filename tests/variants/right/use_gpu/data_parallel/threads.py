"""Threads, tensor_split, replicas through a deep copy whose parameters are replaced."""
import copy
import threading


def data_parallel(net, x, devices):
    parts = [p for p in torch.tensor_split(x, len(devices)) if len(p)]
    results = [None] * len(parts)

    def replicate(module, device, done):
        new = copy.copy(module)
        new.__dict__ = module.__dict__.copy()
        new._parameters = {k: None if p is None else p.to(device) for k, p in module._parameters.items()}
        new._buffers = {k: None if b is None else b.clone().to(device) for k, b in module._buffers.items()}
        new._modules = {k: None if m is None else replicate(m, device, done) for k, m in module._modules.items()}
        return new

    def work(i):
        results[i] = replicate(net, devices[i], {})(parts[i].to(devices[i]))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(len(parts))]
    for t in threads:
        t.start()
        t.join()
    return torch.cat([r.to(devices[0]) for r in results], dim=0)
