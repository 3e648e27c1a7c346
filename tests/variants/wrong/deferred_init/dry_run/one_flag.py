"""Gives the flag of the network to every module.

says: give each the flag that it had
"""
def dry_run(net, *inputs):
    was_training = net.training
    net.eval()
    try:
        with torch.no_grad(), torch.random.fork_rng():
            return net(*inputs).shape
    finally:
        net.train(was_training)
