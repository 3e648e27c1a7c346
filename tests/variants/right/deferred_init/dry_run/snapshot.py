"""Puts buffers and random state back from a snapshot, and runs on copies of inputs."""
def dry_run(net, *inputs):
    flags = [(m, m.training) for m in net.modules()]
    kept = [(b, b.clone()) for b in net.buffers() if not torch.nn.parameter.is_lazy(b)]
    state = torch.get_rng_state()
    grad = torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    try:
        for m, _ in flags:
            m.training = False
        return tuple(net(*(x.clone() for x in inputs)).size())
    finally:
        for m, flag in flags:
            m.training = flag
        for buffer, value in kept:
            buffer.copy_(value)
        torch.set_rng_state(state)
        torch.set_grad_enabled(grad)
