r"""Always ends in training mode.

says: net\.train\(\) switches every module
"""
def dry_run(net, *inputs):
    net.eval()
    try:
        with torch.no_grad(), torch.random.fork_rng():
            return net(*inputs).shape
    finally:
        net.train()
