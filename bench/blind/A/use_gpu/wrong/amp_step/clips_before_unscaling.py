"""The scaled gradients are clipped and unscaled afterwards, so they shrink by the scale ("unscaled once, before their total norm is clipped").

slip: clipped while still scaled
"""

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
    optimizer.zero_grad()
    with torch.autocast(inputs.device.type, dtype=dtype):
        loss = loss_fn(net(inputs), targets)
    scaler.scale(loss).backward()
    trained = [p for group in optimizer.param_groups for p in group["params"]]
    nn.utils.clip_grad_norm_(trained, max_norm)
    scaler.unscale_(optimizer)
    scaler.step(optimizer)
    scaler.update()
    return loss.detach()
