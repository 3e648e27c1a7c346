r"""Runs in training mode.

says: net\.eval\(\)
"""
def dry_run(net, *inputs):
    with torch.no_grad(), torch.random.fork_rng():
        return net(*inputs).shape
