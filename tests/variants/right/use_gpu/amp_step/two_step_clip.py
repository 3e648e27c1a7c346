"""A decorated inner function for autocast, gradients set to None by hand, clipping in two steps (get_total_norm, clip_grads_with_norm_)."""

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
    for p in trained:
        p.grad = None

    @torch.amp.autocast(device_type=inputs.device.type, dtype=dtype)
    def forward() -> Tensor:
        return loss_fn(net(inputs), targets)

    value = forward()
    torch.autograd.backward(scaler.scale(value))
    scaler.unscale_(optimizer)
    total = nn.utils.get_total_norm([p.grad for p in trained if p.grad is not None])
    nn.utils.clip_grads_with_norm_(trained, max_norm, total)
    scaler.step(optimizer)
    scaler.update()
    return value.detach()
