"""Correct: the gradients are clipped by hand, the optimizer is called through a local list."""

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
    @torch.autocast(device_type=inputs.device.type, dtype=dtype)
    def forward() -> Tensor:
        return loss_fn(net(inputs), targets)

    optimizer.zero_grad(set_to_none=True)
    loss = forward()
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    grads = [
        p.grad
        for group in optimizer.param_groups
        for p in group["params"]
        if p.grad is not None
    ]
    if grads:
        norm = torch.stack([g.norm() for g in grads]).norm()
        factor = (max_norm / (norm + 1e-6)).clamp(max=1.0)
        torch._foreach_mul_(grads, factor)
    scaler.step(optimizer)
    scaler.update()
    return loss.detach()
