"""Sets a seed of its own, and leaves it.

says: fork_rng|the seed of torch|a seed of its own
"""
@torch.no_grad()
def dry_run(net, *inputs):
    flags = {m: m.training for m in net.modules()}
    torch.manual_seed(0)
    try:
        return net.eval()(*inputs).shape
    finally:
        for m, flag in flags.items():
            m.training = flag
