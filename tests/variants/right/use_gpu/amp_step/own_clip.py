"""Clips by hand, autocast as a wrapped function, gradients set to None."""
def amp_step(net, inputs, targets, loss_fn, optimizer, scaler, max_norm=1.0, dtype=torch.float16):
    for p in net.parameters():
        p.grad = None

    @torch.autocast(device_type=inputs.device.type, dtype=dtype)
    def compute():
        return loss_fn(net(inputs), targets)

    loss = compute()
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    grads = [p.grad for p in net.parameters() if p.grad is not None]
    total = torch.stack([g.norm() for g in grads]).norm()
    factor = (max_norm / (total + 1e-6)).clamp(max=1.0)
    for g in grads:
        g.mul_(factor)
    scaler.step(optimizer)
    scaler.update()
    with torch.no_grad():
        return loss.clone()
