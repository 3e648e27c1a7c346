r"""Always ends in training mode.

says: reaches every module: give each the flag
"""
def dry_run(net, *inputs):
    net.eval()
    try:
        with torch.no_grad(), torch.random.fork_rng():
            return net(*inputs).shape
    finally:
        net.train()
