"""Clips the gradients of each parameter group on their own.

says: norm is that of all gradients together
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
    scaler.unscale_(optimizer)
    for group in optimizer.param_groups:
        nn.utils.clip_grad_norm_(group["params"], max_norm)
    scaler.step(optimizer)
    scaler.update()
    return loss.detach()
