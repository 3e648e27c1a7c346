"""Switches autograd on afterwards.

says: gives back what was
"""
def dry_run(net: nn.Module, *inputs: Tensor) -> tuple[int, ...]:
    flags = [(m, m.training) for m in net.modules()]
    state = torch.get_rng_state()
    torch.set_grad_enabled(False)
    try:
        net.eval()
        return net(*inputs).shape
    finally:
        torch.set_grad_enabled(True)
        torch.set_rng_state(state)
        for m, flag in flags:
            m.training = flag
