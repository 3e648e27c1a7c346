"""Autocast as a decorator; clips by hand what the optimizer trains."""
import itertools


def amp_step(
    net: nn.Module,
    inputs: Tensor,
    targets: Tensor,
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
    scaler: torch.amp.GradScaler,
    *,
    max_norm: float = 1.0,
    dtype: torch.dtype = torch.float16,
) -> Tensor:
    trained = [p for group in optimizer.param_groups for p in group["params"]]
    for p in itertools.chain(net.parameters(), trained):
        p.grad = None

    @torch.amp.autocast(inputs.device.type, dtype=dtype)
    def forward():
        return loss_fn(net(inputs), targets)

    loss = forward()
    torch.autograd.backward(scaler.scale(loss))
    scaler.unscale_(optimizer)
    grads = [p.grad for p in trained if p.grad is not None]
    norm = torch.nn.utils.get_total_norm(grads)
    factor = (max_norm / (norm + 1e-6)).clamp(max=1.0)
    for g in grads:
        g.mul_(factor.to(g.device))
    scaler.step(optimizer)
    scaler.update()
    return loss.detach()
