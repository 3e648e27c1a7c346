"""optimizer.step() is called instead of scaler.step, so infinite gradients are applied ("parameters and optimizer stay as they are").

slip: bad gradients are not skipped
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
    trained = [p for group in optimizer.param_groups for p in group["params"]]
    nn.utils.clip_grad_norm_(trained, max_norm)
    optimizer.step()
    scaler.update()
    return loss.detach()
