"""Hands the inputs over as one.

says: with the star
"""
def dry_run(net, *inputs):
    training = {m: m.training for m in net.modules()}
    try:
        with torch.no_grad(), torch.random.fork_rng():
            net.eval()
            return net(inputs[0] if len(inputs) == 1 else inputs).shape
    finally:
        for m, flag in training.items():
            m.training = flag
