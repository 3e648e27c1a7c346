"""Divides by the scale itself, and the scaler does again.

says: or once more then
"""
def amp_step(net, inputs, targets, loss_fn, optimizer, scaler, *, max_norm=1.0, dtype=torch.float16):
    optimizer.zero_grad()
    with torch.autocast(inputs.device.type, dtype=dtype):
        loss = loss_fn(net(inputs), targets)
    scaler.scale(loss).backward()
    for p in net.parameters():
        p.grad /= scaler.get_scale()
    nn.utils.clip_grad_norm_(net.parameters(), max_norm)
    scaler.step(optimizer)
    scaler.update()
    return loss.detach()
