"""Doubles or halves the scale by hand, whatever the scaler's interval ("the scaler steps and updates its scale").

says: where the scale grows later
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
    nn.utils.clip_grad_norm_(net.parameters(), max_norm)
    before = scaler.get_scale()
    scaler.step(optimizer)
    held = [p for group in optimizer.param_groups for p in group["params"]]
    finite = all(p.grad.isfinite().all() for p in held)
    if scaler.is_enabled():
        scaler.update(before * 2 if finite else before / 2)
    return loss.detach()
