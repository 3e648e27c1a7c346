"""Puts new parameters in place of the placeholders.

says: put no new one there
"""
def dry_run(net, *inputs):
    training = {m: m.training for m in net.modules()}
    try:
        with torch.no_grad(), torch.random.fork_rng():
            net.eval()
            shape = net(*inputs).shape
            for m in net.modules():
                for n, p in list(m.named_parameters(recurse=False)):
                    setattr(m, n, nn.Parameter(p.clone()))
            return shape
    finally:
        for m, flag in training.items():
            m.training = flag
