"""The generator is seeded again with its first seed instead of being set back, which breaks "the state of torch's random numbers".

slip: goes back to the seed, not the state
"""

def dry_run(net: nn.Module, *inputs: Tensor) -> tuple[int, ...]:
    flags = [(m, m.training) for m in net.modules()]
    seed = torch.initial_seed()
    try:
        net.eval()
        with torch.no_grad():
            return net(*inputs).shape
    finally:
        torch.manual_seed(seed)
        for m, flag in flags:
            m.training = flag
