"""Clears the gradients of `net`, not those of all that the optimizer holds, so that an
old gradient of a parameter of the loss adds up and is stepped with ("Gradients from
before the step do not count").

says: clears all that the optimizer steps
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
    net.zero_grad(set_to_none=True)
    with torch.autocast(inputs.device.type, dtype=dtype):
        loss = loss_fn(net(inputs), targets)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    held = [p for group in optimizer.param_groups for p in group["params"]]
    nn.utils.clip_grad_norm_(held, max_norm)
    scaler.step(optimizer)
    scaler.update()
    return loss.detach()
