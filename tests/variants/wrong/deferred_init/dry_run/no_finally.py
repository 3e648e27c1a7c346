"""Gives the flags back only if all goes well.

says: finally
"""
def dry_run(net, *inputs):
    flags = {m: m.training for m in net.modules()}
    net.eval()
    with torch.no_grad(), torch.random.fork_rng():
        shape = net(*inputs).shape
    for m, flag in flags.items():
        m.training = flag
    return shape
