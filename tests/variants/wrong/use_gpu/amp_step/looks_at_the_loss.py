"""Skips where the loss is not finite, whatever the gradients are.

says: it is the scaled gradients that are not
"""
def amp_step(net, inputs, targets, loss_fn, optimizer, scaler, *, max_norm=1.0, dtype=torch.float16):
    optimizer.zero_grad()
    with torch.autocast(inputs.device.type, dtype=dtype):
        loss = loss_fn(net(inputs), targets)
    scaler.scale(loss).backward()
    scale = scaler.get_scale()
    for p in net.parameters():
        if p.grad is not None:
            p.grad /= scale
    nn.utils.clip_grad_norm_(net.parameters(), max_norm)
    if torch.isfinite(loss):
        optimizer.step()
    scaler.update(2 * scale if torch.isfinite(loss) else scale / 2)
    return loss.detach()
